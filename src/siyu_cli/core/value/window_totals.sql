-- window_totals: one row per part: money, orders, who bought, who was active at all from $from_on to as_of, who ever bought.
--
-- reads   purchases, starts, members
-- takes   $as_of, $from_on
--
-- Refunds count on the day they fall on, also those of members who bought nothing then. Active is who bought, and who
-- had the last event known of them in the window.

with inside as (
    select member_id, order_count, paid_amount - refunded_amount as net
    from purchases
    where date_diff('day', $from_on, ordered_on) >= 0
),

people as (
    select member_id, cast(sum(order_count) as bigint) as order_total, cast(sum(net) as decimal(18, 2)) as net_total
    from inside
    group by member_id
),

visitors as (
    select
        member_id,
        case when last_event_on >= $from_on and last_event_on <= $as_of then true else false end as is_visitor
    from members
)

select
    part,
    count(case when fate <> 'never_bought' then 1 end) as ever_buyers,
    count(case when order_total > 0 or is_visitor then 1 end) as active,
    count(case when order_total > 0 then 1 end) as buyers,
    cast(sum(coalesce(order_total, 0)) as bigint) as orders,
    cast(sum(coalesce(net_total, 0)) as decimal(18, 2)) as net_sales
from starts
left join people using (member_id)
left join visitors using (member_id)
group by part
