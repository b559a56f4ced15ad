-- histories: one row per member who bought by as_of: what the models see of them, and whether they fell silent after.
--
-- reads   purchases
-- takes   $as_of          the date looked back from: today, or an earlier one whose future is known
--         $horizon_days   how far ahead is_silent looks; it says nothing where as_of is today
--
-- Purchases are taken as they stand now: a refund that came after an earlier as_of is known here already.

with visits as (
    select
        member_id,
        ordered_on,
        gap_days,
        date_diff('day', ordered_on, $as_of) as age_days,
        paid_amount - refunded_amount as net
    from purchases
    where order_count > 0
),

buyers as (
    select
        member_id,
        count(case when age_days >= 0 then 1 end) as order_days,
        max(case when age_days >= 0 then age_days end) as tenure_days,
        min(case when age_days >= 0 then age_days end) as days_since_last,
        cast(median(case when age_days >= 0 then gap_days end) as double) as median_gap_days,
        cast(sum(case when age_days >= 0 then net else 0 end) as decimal(18, 2)) as net_sales,
        cast(sum(case when age_days >= 0 and gap_days is not null then net else 0 end) as decimal(18, 2)) as repeat_sales,
        cast(sum(case when age_days >= 0 and age_days < 365 then net else 0 end) as decimal(18, 2)) as net_sales_365d,
        count(case when age_days >= 0 and age_days < 90 then 1 end) as order_days_90d,
        count(case when age_days >= 0 and age_days < 365 then 1 end) as order_days_365d,
        count(case when age_days < 0 and age_days + $horizon_days >= 0 then 1 end) as order_days_ahead
    from visits
    group by member_id
)

select
    member_id,
    order_days,
    order_days - 1 as repeats,
    tenure_days - days_since_last as active_days,
    tenure_days,
    days_since_last,
    median_gap_days,
    net_sales,
    repeat_sales,
    net_sales_365d,
    order_days_90d,
    order_days_365d,
    case when order_days_ahead = 0 then true else false end as is_silent
from buyers
where order_days > 0
