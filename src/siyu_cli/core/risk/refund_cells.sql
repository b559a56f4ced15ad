-- refund_cells: one row per number of orders and of those given back: how many members have just so many.
--
-- reads   refunded_orders

select orders, given_back, count(*) as people
from refunded_orders
group by orders, given_back
