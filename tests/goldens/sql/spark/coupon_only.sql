/* coupon_only: one row per member with several orders, each of them with a coupon. */
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
  member_id,
  redeemed
FROM people
WHERE
  orders >= 2 AND redeemed = orders
