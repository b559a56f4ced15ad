/* funnel_spans: one row per part, step, what days are counted since and days: how many of those old enough took so long. */
/* reads   funnel_reached, funnel_ways */
WITH taken AS (
  SELECT
    part,
    place,
    entry_on,
    previous_on,
    reached_on
  FROM funnel_reached
  JOIN funnel_ways
    USING (member_id, entry_on)
  WHERE
    is_ripe AND place > 1 AND place <= depth
), spans AS (
  SELECT
    part,
    place,
    'previous' AS since,
    CAST(DATEDIFF(reached_on, previous_on) AS BIGINT) AS days
  FROM taken
  UNION ALL
  SELECT
    part,
    place,
    'entry' AS since,
    CAST(DATEDIFF(reached_on, entry_on) AS BIGINT) AS days
  FROM taken
)
SELECT
  part,
  place,
  since,
  days,
  COUNT(*) AS members
FROM spans
GROUP BY
  part,
  place,
  since,
  days
