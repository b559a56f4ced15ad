-- Payments for several orders of one buyer.
--
-- reads   payments_made (row, order_id, payment_id, amount, goods, who, day): the rows of one sheet that name a payment,
--         what their goods come to and the day it was made, null where nothing says it
-- writes  merged_orders (row, order_id, payment_id, amount, goods), payment_parts (row, part)

-- name: merged
create or replace temp table merged_orders as
with several as (
    select payment_id, min(amount) = max(amount) and min(amount) > 0 and count(amount) = count(*) as is_alike
    from payments_made
    group by payment_id
    having count(distinct order_id) > 1
        and min(who) is not distinct from max(who)
        and min(day) is not distinct from max(day)
)

select row, order_id, payment_id, amount, goods
from payments_made
join several using (payment_id)
where is_alike and (select bool_and(is_alike) from several);

-- name: counted
select
    count(distinct order_id),
    count(distinct payment_id),
    count(distinct payment_id) > 2
from merged_orders;

-- name: parts
-- By what the goods of each order come to, evenly where some order does not say it; to the cent, so that all parts are
-- the whole.
create or replace temp table payment_parts as
with orders as (
    select
        payment_id, order_id,
        min(row) as first_row,
        any_value(amount) as amount,
        case when count(goods) = count(*) then sum(goods) end as goods
    from merged_orders
    group by payment_id, order_id
),

weighed as (
    select
        *,
        case when min(coalesce(goods, 0)) over (partition by payment_id) > 0 then goods else 1 end as weight
    from orders
),

summed as (
    select
        payment_id, order_id, amount,
        sum(weight) over (partition by payment_id order by first_row) as up_to_here,
        sum(weight) over (partition by payment_id order by first_row) - weight as before,
        sum(weight) over (partition by payment_id) as whole
    from weighed
)

select
    merged_orders.row,
    cast(round(summed.amount * summed.up_to_here / summed.whole, 2) as decimal(18, 2))
        - cast(round(summed.amount * summed.before / summed.whole, 2) as decimal(18, 2)) as part
from merged_orders
join summed using (payment_id, order_id);
