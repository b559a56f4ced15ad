-- tier_moves: one row per tier in one window and tier in the next, how many went and what they had brought before.
--
-- reads   purchases
-- takes   $before_from, $after_from (the second window begins the day after the first ends, and ends with as_of),
--         $before_top, $before_high, $before_middle, $after_top, $after_high, $after_middle   the least each tier brings
--
-- none: bought nothing in that window. Who ties with the last of a tier is in it.

with inside as (
    select
        member_id,
        order_count,
        paid_amount - refunded_amount as net,
        date_diff('day', $after_from, ordered_on) >= 0 as is_after
    from purchases
    where date_diff('day', $before_from, ordered_on) >= 0
),

people as (
    select
        member_id,
        cast(sum(case when is_after then 0 else order_count end) as bigint) as orders_before,
        cast(sum(case when is_after then order_count else 0 end) as bigint) as orders_after,
        cast(sum(case when is_after then 0 else net end) as decimal(18, 2)) as net_before,
        cast(sum(case when is_after then net else 0 end) as decimal(18, 2)) as net_after
    from inside
    group by member_id
),

placed as (
    select
        net_before,
        case
            when orders_before = 0 then 'none'
            when net_before >= $before_top then 'top'
            when net_before >= $before_high then 'high'
            when net_before >= $before_middle then 'middle'
            else 'low'
        end as tier_from,
        case
            when orders_after = 0 then 'none'
            when net_after >= $after_top then 'top'
            when net_after >= $after_high then 'high'
            when net_after >= $after_middle then 'middle'
            else 'low'
        end as tier_to
    from people
    where orders_before > 0 or orders_after > 0
)

select tier_from, tier_to, count(*) as members, cast(sum(net_before) as decimal(18, 2)) as net_sales_before
from placed
group by tier_from, tier_to
