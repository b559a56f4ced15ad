-- silences: one row per length of silence at which anything changes: how many silences lasted that long,
-- and how many of those ended within the next 90 days.
--
-- reads   purchases
-- takes   $as_of
--
-- A silence counts at length s only if s + 90 days of it could be seen by as_of. Both counts are step
-- functions of s, so each silence adds at its lowest s and leaves after its highest; the running sums go
-- over distinct lengths, never over members.

with observed as (
    select gap_days, date_diff('day', ordered_on, $as_of) + gap_days as age_days
    from purchases
    where gap_days is not null
    union all
    select cast(null as bigint) as gap_days, date_diff('day', max(ordered_on), $as_of) as age_days
    from purchases
    where order_count > 0
    group by member_id
),

spans as (
    select
        case when gap_days > 90 then gap_days - 90 else 0 end as back_from,
        case when gap_days is null or gap_days > age_days - 90 then age_days - 90 else gap_days - 1 end as seen_to,
        gap_days is not null as is_ended,
        count(*) as silences
    from observed
    where age_days >= 90
    group by gap_days, age_days
),

edges as (
    select cast(0 as bigint) as silent_days, silences as silent_change, 0 as back_change from spans
    union all
    select seen_to + 1 as silent_days, -silences as silent_change, 0 as back_change from spans
    union all
    select back_from as silent_days, 0 as silent_change, silences as back_change
    from spans where is_ended and back_from <= seen_to
    union all
    select seen_to + 1 as silent_days, 0 as silent_change, -silences as back_change
    from spans where is_ended and back_from <= seen_to
),

changes as (
    select
        'silence' as measure,
        silent_days,
        cast(sum(silent_change) as bigint) as silent_step,
        cast(sum(back_change) as bigint) as back_step
    from edges
    group by silent_days
)

select
    silent_days,
    cast(sum(silent_step) over lengths as bigint) as silent,
    cast(sum(back_step) over lengths as bigint) as returned
from changes
window lengths as (
    partition by measure order by silent_days nulls last rows between unbounded preceding and current row
)
