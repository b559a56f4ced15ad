/* funnel_counts: one row per part, age and depth, how many members came so far and no further. */
/* reads   funnel_ways */
SELECT
  part,
  is_ripe,
  depth,
  COUNT(*) AS members
FROM funnel_ways
GROUP BY
  part,
  is_ripe,
  depth
