/* coupon_habits: one row per number of orders and of those with a coupon: members, and what they redeemed together. */
/* reads   coupon_orders */
WITH people AS (
  SELECT
    member_id,
    COUNT(*) AS orders,
    COUNT(CASE WHEN is_with_coupon THEN 1 END) AS redeemed
  FROM coupon_orders
  GROUP BY
    member_id
)
SELECT
  orders,
  redeemed,
  COUNT(*) AS members
FROM people
WHERE
  redeemed > 0
GROUP BY
  orders,
  redeemed
