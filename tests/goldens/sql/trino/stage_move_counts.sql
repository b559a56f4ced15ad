/* stage_move_counts: one row per pair of stages: how many members went from one to the other, their money, the impossible. */
/* reads   stage_moves */
SELECT
  stage_from,
  stage_to,
  COUNT(*) AS members,
  COUNT(CASE WHEN is_impossible THEN 1 END) AS impossible,
  CAST(SUM(COALESCE(net_sales, 0)) AS DECIMAL(18, 2)) AS net_total
FROM stage_moves
GROUP BY
  stage_from,
  stage_to
