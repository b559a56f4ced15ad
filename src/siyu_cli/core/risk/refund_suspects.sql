-- refund_suspects: one row per member with an outstanding record of refunds.
--
-- reads   refunded_orders, refund_tails

select member_id, orders, given_back, refunded_amount, tail
from refunded_orders
join refund_tails using (orders, given_back)
