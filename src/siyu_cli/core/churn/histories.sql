-- histories: one row per member who bought by as_of: what the models see of them, and whether they fell silent after.
--
-- reads   purchases
-- takes   $as_of          the date looked back from: today, or an earlier one whose future is known
--         $horizon_days   how far ahead is_silent looks; it says nothing where as_of is today
--
-- A refund lowers the money from its own date on where the export has one. One without a date lowers its order, as it
-- stands now: where as_of is an earlier date, it is known before it happened.

with movements as (
    select
        member_id,
        order_count > 0 as is_visit,
        date_diff('day', ordered_on, $as_of) as age_days,
        paid_amount - refunded_amount as net
    from purchases
),

buyers as (
    select
        member_id,
        count(case when is_visit and age_days >= 0 then 1 end) as order_days,
        max(case when is_visit and age_days >= 0 then age_days end) as tenure_days,
        min(case when is_visit and age_days >= 0 then age_days end) as days_since_last,
        cast(sum(case when age_days >= 0 then net else 0 end) as decimal(18, 2)) as net_sales,
        cast(sum(case when age_days >= 0 and age_days < 365 then net else 0 end) as decimal(18, 2)) as net_sales_365d,
        count(case when is_visit and age_days < 0 and age_days + $horizon_days >= 0 then 1 end) as order_days_ahead
    from movements
    group by member_id
)

select
    member_id,
    order_days,
    order_days - 1 as repeats,
    tenure_days - days_since_last as active_days,
    tenure_days,
    days_since_last,
    net_sales,
    net_sales_365d,
    case when order_days_ahead = 0 then true else false end as is_silent
from buyers
where order_days > 0
