-- outlooks: one row per member who had bought by a date: what was to be expected of them, what they brought before and after.
--
-- reads   stakes, purchases
-- takes   $looked_from   the date looked from: as_of of the chances
--         $horizon_days  how far ahead, and for comparison how far back
--
-- order_before and order_after count purchase days. Of today nothing is known after.

with dated as (
    select
        member_id,
        order_count,
        paid_amount - refunded_amount as net,
        date_diff('day', $looked_from, ordered_on) as days
    from purchases
),

known as (
    select
        member_id,
        count(case when order_count > 0 and days > 0 and days <= $horizon_days then 1 end) as orders_after,
        cast(sum(case when days > 0 and days <= $horizon_days then net else 0 end) as decimal(18, 2)) as net_after,
        cast(sum(case when days <= 0 and days + $horizon_days > 0 then net else 0 end) as decimal(18, 2)) as net_before
    from dated
    group by member_id
)

select member_id, p_alive, expected_orders, expected_spend, orders_after, net_before, net_after
from stakes
join known using (member_id)
