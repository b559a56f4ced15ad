-- sales_counts: one row per net sales of a buyer between two dates, both included: how many buyers brought just that.
--
-- reads   purchases
-- takes   $from_on, $to_on

with inside as (
    select member_id, order_count, paid_amount - refunded_amount as net
    from purchases
    where date_diff('day', $from_on, ordered_on) >= 0 and date_diff('day', ordered_on, $to_on) >= 0
),

people as (
    select member_id, cast(sum(order_count) as bigint) as order_total, cast(sum(net) as decimal(18, 2)) as net_sales
    from inside
    group by member_id
)

select net_sales, count(*) as members
from people
where order_total > 0
group by net_sales
