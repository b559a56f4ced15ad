/* funnel_ways: one row per member who entered: the way that took them furthest within the window, the earliest of these. */
/* reads   funnel_entries, funnel_reached */
/* takes   $as_of         the date the shop is looked at */
/*         $window_days   how many days after the first step count, the last one included */
/*         $ripe_days     how old an entry must be to be counted: whoever is younger may still go on */
/* depth is how many steps it took within the window. */
WITH inside AS (
  SELECT
    member_id,
    entry_on AS entered_on,
    COUNT(*) AS steps_taken
  FROM funnel_reached
  WHERE
    DATE_DIFF('DAY', DATE_TRUNC('DAY', entry_on), DATE_TRUNC('DAY', reached_on)) <= CAST('90' AS BIGINT)
  GROUP BY
    member_id,
    entry_on
), furthest AS (
  SELECT
    member_id,
    MAX(steps_taken) AS depth
  FROM inside
  GROUP BY
    member_id
), chosen AS (
  SELECT
    member_id,
    depth,
    MIN(entered_on) AS entry_on
  FROM inside
  JOIN furthest
    USING (member_id)
  WHERE
    steps_taken = depth
  GROUP BY
    member_id,
    depth
), aged AS (
  SELECT
    member_id,
    part,
    entry_on,
    depth,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', entry_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) AS age_days
  FROM chosen
  JOIN funnel_entries
    USING (member_id, entry_on)
)
SELECT
  member_id,
  part,
  entry_on,
  depth,
  age_days,
  CASE WHEN age_days >= CAST('90' AS BIGINT) THEN TRUE ELSE FALSE END AS is_ripe
FROM aged
