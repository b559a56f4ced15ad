-- monitor_sales: one row per part and day on which money moved: what was paid, ordered, and by whom for the first time.
--
-- reads   purchases, features
--
-- new_buyers are first orders of the log, of members of whom no export proves earlier ones. part is what members are
-- told apart by, nothing unless that is asked.

with known as (
    select
        member_id,
        '' as part,
        case when history = 'full' then first_order_on end as began_on
    from features
)

select
    part,
    ordered_on as day,
    cast(sum(paid_amount) as decimal(18, 2)) as gmv,
    cast(sum(paid_amount - refunded_amount) as decimal(18, 2)) as net_sales,
    cast(sum(order_count) as bigint) as orders,
    count(case when order_count > 0 then 1 end) as buyers,
    count(case when order_count > 0 and began_on = ordered_on then 1 end) as new_buyers
from purchases
join known using (member_id)
group by part, ordered_on
