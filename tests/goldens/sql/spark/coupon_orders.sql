/* coupon_orders: one row per order of a member who ever redeemed a coupon: whether one was redeemed for it. */
/* reads   order_lines, events */
/* takes   $as_of, $min_paid */
/* A redemption that names its order belongs to it, another to every order of its day. */
WITH redeemed AS (
  SELECT
    member_id,
    order_id,
    happened_on
  FROM events
  WHERE
    kind = 'coupon_redeemed' AND happened_on <= CAST('2026-06-30' AS DATE)
), redeemers AS (
  SELECT
    member_id
  FROM redeemed
  GROUP BY
    member_id
), numbered AS (
  SELECT
    member_id,
    order_id,
    TRUE AS is_numbered
  FROM redeemed
  WHERE
    NOT order_id IS NULL
  GROUP BY
    member_id,
    order_id
), dated AS (
  SELECT
    member_id,
    happened_on AS ordered_on,
    TRUE AS is_dated
  FROM redeemed
  WHERE
    order_id IS NULL
  GROUP BY
    member_id,
    happened_on
), existing AS (
  SELECT
    member_id,
    order_id,
    ordered_on AS line_on,
    paid_amount
  FROM order_lines
  JOIN redeemers
    USING (member_id)
  WHERE
    ordered_on <= CAST('2026-06-30' AS DATE)
    AND NOT status IN ('unpaid', 'cancelled')
), placed AS (
  SELECT
    member_id,
    order_id,
    MIN(line_on) AS ordered_on,
    CAST(SUM(paid_amount) AS DECIMAL(18, 2)) AS paid
  FROM existing
  GROUP BY
    member_id,
    order_id
)
SELECT
  member_id,
  order_id,
  ordered_on,
  CASE WHEN is_numbered OR is_dated THEN TRUE ELSE FALSE END AS is_with_coupon
FROM placed
LEFT JOIN numbered
  USING (member_id, order_id)
LEFT JOIN dated
  USING (member_id, ordered_on)
WHERE
  paid >= CAST('0.01' AS DECIMAL(18, 2))
