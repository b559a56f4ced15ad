-- learning_cells: one row per group of members much alike: how many they were, and how many of them fell silent after.
--
-- reads   histories
--
-- Times and money go in steps of their logarithm, 16 and 8 to one, so that a shop of millions is some thousand rows.

with spendings as (
    select
        days_since_last,
        order_days,
        tenure_days,
        case when net_sales > 0 then cast(net_sales as double) else cast(0 as double) end as spent,
        is_silent
    from histories
),

placed as (
    select
        cast(floor(16 * ln(1 + cast(days_since_last as double)) + .5) as bigint) as recency_step,
        order_days,
        cast(floor(16 * ln(1 + cast(tenure_days as double)) + .5) as bigint) as tenure_step,
        cast(floor(8 * ln(1 + spent) + .5) as bigint) as money_step,
        is_silent
    from spendings
)

select
    recency_step,
    order_days,
    tenure_step,
    money_step,
    count(*) as members,
    count(case when is_silent then 1 end) as silent
from placed
group by recency_step, order_days, tenure_step, money_step
