-- Payments for several orders of one buyer.
--
-- reads   payments_made (row, order_id, payment_id, amount, who): the rows of one sheet that name a payment
-- writes  merged_orders (row, payment_id, order_id, is_alike, is_first)

-- name: merged
create or replace temp table merged_orders as
with several as (
    select payment_id, min(amount) = max(amount) and min(amount) > 0 and count(amount) = count(*) as is_alike
    from payments_made
    group by payment_id
    having count(distinct order_id) > 1 and min(who) is not distinct from max(who)
)

select
    row, payment_id, order_id, is_alike,
    order_id = first_value(order_id) over (partition by payment_id order by row) as is_first
from payments_made
join several using (payment_id)
where is_alike and (select bool_and(is_alike) from several);

-- name: counted
select
    count(distinct order_id),
    count(distinct payment_id),
    count(distinct payment_id) > 2
from merged_orders;
