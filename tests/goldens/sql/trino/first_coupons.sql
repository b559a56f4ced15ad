/* first_coupons: one row per person of a group who share, whose first order had a coupon. */
/* reads   coupon_orders, sharing_groups */
WITH firsts AS (
  SELECT
    member_id,
    MIN(ordered_on) AS first_on
  FROM coupon_orders
  GROUP BY
    member_id
), redeemed AS (
  SELECT
    member_id
  FROM coupon_orders
  JOIN firsts
    USING (member_id)
  WHERE
    is_with_coupon AND ordered_on = first_on
  GROUP BY
    member_id
)
SELECT
  sharing_group,
  member_id
FROM sharing_groups
JOIN redeemed
  USING (member_id)
