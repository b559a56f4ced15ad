/* trial_arms: one row per trial, step and arm: how many were drawn into it, how many of them bought within the window. */
/* reads   events, purchases */
/* takes   $as_of         the date the shop is looked at */
/*         $within_days   within how many days after they were drawn they must have bought */
/* A trial is a campaign, or what an event was about. Members count by the first date on which it names an arm for them, */
/* whatever came of it; who is in two arms on that date, or was drawn too lately, does not count. step is the order that */
/* was still to come: of who had bought on two days already it is neither. */
WITH drawn AS (
  SELECT
    member_id,
    COALESCE(campaign, title, '') AS trial,
    happened_on,
    assigned_arm
  FROM events
  WHERE
    NOT assigned_arm IS NULL AND happened_on <= CAST('2026-06-30' AS DATE)
), first_dates AS (
  SELECT
    member_id,
    trial,
    MIN(happened_on) AS drawn_on
  FROM drawn
  GROUP BY
    member_id,
    trial
), drawn_once AS (
  SELECT
    member_id,
    trial,
    drawn_on,
    MIN(assigned_arm) AS arm,
    MAX(assigned_arm) AS other_arm
  FROM drawn
  JOIN first_dates
    USING (member_id, trial)
  WHERE
    happened_on = drawn_on
  GROUP BY
    member_id,
    trial,
    drawn_on
), followed AS (
  SELECT
    member_id,
    trial,
    arm,
    drawn_on,
    ordered_on
  FROM drawn_once
  LEFT JOIN (
    SELECT
      member_id,
      ordered_on
    FROM purchases
    WHERE
      order_count > 0
  ) AS bought
    USING (member_id)
  WHERE
    arm = other_arm
    AND DATE_DIFF('DAY', DATE_TRUNC('DAY', drawn_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) >= CAST('90' AS BIGINT)
), counted AS (
  SELECT
    member_id,
    trial,
    arm,
    COUNT(CASE WHEN ordered_on <= drawn_on THEN 1 END) AS days_before,
    COUNT(
      CASE
        WHEN ordered_on > drawn_on
        AND DATE_DIFF('DAY', DATE_TRUNC('DAY', drawn_on), DATE_TRUNC('DAY', ordered_on)) <= CAST('90' AS BIGINT)
        THEN 1
      END
    ) AS days_after
  FROM followed
  GROUP BY
    member_id,
    trial,
    arm
), steps AS (
  SELECT
    trial,
    arm,
    days_after,
    CASE WHEN days_before = 0 THEN 'first_order' ELSE 'second_order' END AS awaited
  FROM counted
  WHERE
    days_before < 2
)
SELECT
  trial,
  awaited,
  arm,
  COUNT(*) AS members,
  COUNT(CASE WHEN days_after > 0 THEN 1 END) AS returned
FROM steps
GROUP BY
  trial,
  awaited,
  arm
