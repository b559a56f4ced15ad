/* refund_suspects: one row per member with an outstanding record of refunds. */
/* reads   refunded_orders, refund_tails */
SELECT
  member_id,
  orders,
  given_back,
  refunded_amount,
  tail
FROM refunded_orders
JOIN refund_tails
  USING (orders, given_back)
