/* group_counts: one row per stage, RFM group and own segments that members stand in: how many do. */
/* reads   segments */
SELECT
  stage,
  rfm_segment,
  custom_segments,
  COUNT(*) AS members
FROM segments
GROUP BY
  stage,
  rfm_segment,
  custom_segments
