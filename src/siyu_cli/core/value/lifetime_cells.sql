-- lifetime_cells: one row per part, cohort and horizon: what those old enough had brought by then.
--
-- reads   value_days, horizons

with judged as (
    select part, cohort, horizon, case when days <= horizon and age_days >= horizon then net_sales else 0 end as net
    from value_days
    cross join horizons
)

select part, cohort, horizon, cast(sum(net) as decimal(18, 2)) as net_sales
from judged
group by part, cohort, horizon
