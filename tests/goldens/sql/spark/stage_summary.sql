/* stage_summary: one row per stage with members and sales. */
/* reads   segments */
WITH listed AS (
  SELECT
    *,
    net_sales AS sales
  FROM segments
)
SELECT
  stage,
  COUNT(*) AS members,
  COUNT(CASE WHEN order_days > 0 THEN 1 END) AS buyers,
  CAST(SUM(sales) AS DECIMAL(18, 2)) AS net_sales
FROM listed
GROUP BY
  stage
