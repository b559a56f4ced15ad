-- mean_order: one row: what all buyers paid, and on how many days.
--
-- reads   histories

select
    cast(sum(net_sales) as decimal(18, 2)) as total_net_sales,
    cast(sum(order_days) as bigint) as total_order_days
from histories
