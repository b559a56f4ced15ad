/* monitor_sales: one row per part and day on which money moved: what was paid, ordered, and by whom for the first time. */
/* reads   purchases, features */
/* new_buyers are first orders of the log, of members of whom no export proves earlier ones. part is what members are */
/* told apart by, nothing unless that is asked. */
WITH known AS (
  SELECT
    member_id,
    '' AS part,
    CASE WHEN history = 'full' THEN first_order_on END AS began_on
  FROM features
)
SELECT
  part,
  ordered_on AS day,
  CAST(SUM(paid_amount) AS DECIMAL(18, 2)) AS gmv,
  CAST(SUM(paid_amount - refunded_amount) AS DECIMAL(18, 2)) AS net_sales,
  CAST(SUM(order_count) AS BIGINT) AS orders,
  COUNT(CASE WHEN order_count > 0 THEN 1 END) AS buyers,
  COUNT(CASE WHEN order_count > 0 AND began_on = ordered_on THEN 1 END) AS new_buyers
FROM purchases
JOIN known
  USING (member_id)
GROUP BY
  part,
  ordered_on
