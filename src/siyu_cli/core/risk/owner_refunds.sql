-- owner_refunds: one row per employee: orders of their members in the 365 days up to as_of, and those given back.
--
-- reads   refunded_orders, members

select
    owner,
    cast(sum(orders) as bigint) as order_total,
    cast(sum(given_back) as bigint) as given_back_total,
    cast(sum(refunded_amount) as decimal(18, 2)) as refunded_total
from refunded_orders
join members using (member_id)
where owner is not null
group by owner
