/* mean_order: one row: what all buyers paid, and on how many days. */
/* reads   histories */
SELECT
  CAST(SUM(net_sales) AS Nullable(Decimal(18, 2))) AS total_net_sales,
  CAST(SUM(order_days) AS Nullable(Int64)) AS total_order_days
FROM histories
