/* refund_cells: one row per number of orders and of those given back: how many members have just so many. */
/* reads   refunded_orders */
SELECT
  orders,
  given_back,
  COUNT(*) AS people
FROM refunded_orders
GROUP BY
  orders,
  given_back
