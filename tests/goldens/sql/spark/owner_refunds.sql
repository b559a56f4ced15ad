/* owner_refunds: one row per employee: orders of their members in the 365 days up to as_of, and those given back. */
/* reads   refunded_orders, members */
SELECT
  owner,
  CAST(SUM(orders) AS BIGINT) AS order_total,
  CAST(SUM(given_back) AS BIGINT) AS given_back_total,
  CAST(SUM(refunded_amount) AS DECIMAL(18, 2)) AS refunded_total
FROM refunded_orders
JOIN members
  USING (member_id)
WHERE
  NOT owner IS NULL
GROUP BY
  owner
