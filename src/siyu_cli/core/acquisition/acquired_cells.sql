-- acquired_cells: one row per source, shares, month and horizon: what was paid and given back by then.
--
-- reads   acquired_days, horizons

with judged as (
    select
        source,
        shares,
        cohort,
        horizon,
        case when days <= horizon then paid_amount else 0 end as paid,
        case when days <= horizon then refunded_amount else 0 end as refunded
    from acquired_days
    cross join horizons
)

select
    source,
    shares,
    cohort,
    horizon,
    cast(sum(paid) as decimal(18, 2)) as paid_amount,
    cast(sum(refunded) as decimal(18, 2)) as refunded_amount
from judged
group by source, shares, cohort, horizon
