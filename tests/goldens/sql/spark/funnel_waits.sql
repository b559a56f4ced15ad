/* funnel_waits: one row per part, step and days waited for the next: how many waited, how many of them until it came. */
/* reads   funnel_reached, funnel_ways */
/* takes   $as_of   the date the shop is looked at: whoever has not come yet waits until then */
/*         $steps   how many steps there are */
/* Here the window ends nothing, and nobody is too young. */
WITH followed AS (
  SELECT
    member_id,
    part,
    place,
    previous_on,
    reached_on
  FROM funnel_reached
  JOIN funnel_ways
    USING (member_id, entry_on)
), waited AS (
  SELECT
    part,
    place - 1 AS number,
    CAST(DATEDIFF(reached_on, previous_on) AS BIGINT) AS days,
    1 AS came
  FROM followed
  WHERE
    place > 1
  UNION ALL
  SELECT
    part,
    number,
    CAST(DATEDIFF(CAST('2026-06-30' AS DATE), last_on) AS BIGINT) AS days,
    0 AS came
  FROM (
    SELECT
      member_id,
      part,
      MAX(place) AS number,
      MAX(reached_on) AS last_on
    FROM followed
    GROUP BY
      member_id,
      part
  ) AS lasts
  WHERE
    number < CAST('3' AS BIGINT)
)
SELECT
  part,
  number,
  days,
  COUNT(*) AS members,
  CAST(SUM(came) AS BIGINT) AS returned
FROM waited
GROUP BY
  part,
  number,
  days
