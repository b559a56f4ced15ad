/* funnel_kind_counts: one row per kind, on how many dates of members it happened. */
/* reads   funnel_happenings */
SELECT
  kind,
  COUNT(*) AS dates
FROM funnel_happenings
GROUP BY
  kind
