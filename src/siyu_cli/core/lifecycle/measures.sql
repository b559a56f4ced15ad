-- measures: one row per distinct value of each measure, with how many observations are worse.
--
-- reads   features
--
-- More is better in recency (the negative of days_since_last), frequency and money; 'rhythm' is each
-- member's own usual gap, from three purchase days on and capped at a year. Ranks and medians are read
-- off this table: equal values are one row, so they cannot get different scores, and running sums go
-- over distinct values, never over members.

with rhythms as (
    select case when median_gap_days > 365 then 365 else median_gap_days end as rhythm_days
    from features
    where order_days >= 3 and median_gap_days is not null
),

counted as (
    select 'recency' as measure, cast(-days_since_last as decimal(18, 2)) as measured, count(*) as observed
    from features where order_days > 0 and last_order_on is not null group by days_since_last
    union all
    select 'frequency' as measure, cast(order_days as decimal(18, 2)) as measured, count(*) as observed
    from features where order_days > 0 and last_order_on is not null group by order_days
    union all
    select 'money' as measure, net_sales as measured, count(*) as observed
    from features where order_days > 0 and last_order_on is not null group by net_sales
    union all
    select 'rhythm' as measure, cast(rhythm_days as decimal(18, 2)) as measured, count(*) as observed
    from rhythms group by rhythm_days
),

running as (
    select
        measure,
        measured,
        observed,
        cast(sum(observed) over (
            partition by measure order by measured nulls last
            rows between unbounded preceding and current row
        ) as bigint) as up_to,
        cast(sum(observed) over (partition by measure) as bigint) as total
    from counted
)

select
    measure,
    measured,
    observed,
    up_to - observed as worse,
    total
from running
