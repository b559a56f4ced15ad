/* mean_order: one row: what all buyers paid, and on how many days. */
/* reads   histories */
SELECT
  CAST(SUM(net_sales) AS DECIMAL(18, 2)) AS total_net_sales,
  CAST(SUM(order_days) AS BIGINT) AS total_order_days
FROM histories
