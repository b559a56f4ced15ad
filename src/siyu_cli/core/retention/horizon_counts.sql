-- horizon_counts: one row per part and horizon: who is old enough to be judged, and who of them came back by then or later.
--
-- reads   starts, revisits, horizons
-- takes   $until   days after which nothing counts for bounded
--
-- A horizon of n days includes day n. Whoever began less than n days ago is in neither number.

with returned as (
    select
        member_id,
        min(days) as first_return,
        max(days) as last_return,
        max(case when days <= $until then days end) as last_until
    from revisits
    group by member_id
),

begun as (
    select part, age_days, first_return, last_return, last_until
    from starts
    left join returned using (member_id)
    where start_on is not null
)

select
    part,
    horizon,
    count(case when age_days >= horizon then 1 end) as ripe,
    count(case when age_days >= horizon and first_return <= horizon then 1 end) as within_horizon,
    count(case when age_days >= horizon and last_return >= horizon then 1 end) as unbounded,
    count(case when age_days >= $until and horizon <= $until then 1 end) as ripe_until,
    count(case when age_days >= $until and last_until >= horizon then 1 end) as bounded
from begun
cross join horizons
group by part, horizon
