-- natural_returns: one row per band of silence, band of purchase days and wait: how many members, what they then brought.
--
-- reads   purchases, silence_bands
-- takes   $looked_from   the date looked from; silence is counted up to it
--         $horizon_days  how many days after it are looked at, its last included
--
-- A wait is how many days after that date the first purchase came; it is null for those who did not come. What they
-- brought is their net sales in those days, refunds included.

with dated as (
    select
        member_id,
        order_count > 0 as is_visit,
        paid_amount - refunded_amount as net,
        date_diff('day', $looked_from, ordered_on) as days
    from purchases
),

people as (
    select
        member_id,
        0 - max(case when is_visit and days <= 0 then days end) as silent_days,
        count(case when is_visit and days <= 0 then 1 end) as order_days,
        min(case when is_visit and days > 0 and days <= $horizon_days then days end) as wait_days,
        cast(sum(case when days > 0 and days <= $horizon_days then net else 0 end) as decimal(18, 2)) as net_after
    from dated
    group by member_id
),

silent as (
    select
        silent_days,
        case when order_days = 1 then '1' when order_days <= 3 then '2-3' else '4+' end as order_band,
        wait_days,
        net_after
    from people
    where order_days > 0
)

select
    silent_from,
    order_band,
    wait_days,
    count(*) as members,
    cast(sum(net_after) as decimal(18, 2)) as net_sales
from silent
join silence_bands on silent_days between silent_from and silent_to
group by silent_from, order_band, wait_days
