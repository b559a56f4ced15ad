-- point_told: one row per movement with the balance the platform told after it, beside the computed one.
--
-- reads   point_movements, point_lots
-- takes   $as_of
--
-- Running by the clock; what lapsed goes between its last day (or the day it came in, if later) and the next. Rows of one
-- moment may have happened in any order: each agrees whose balance is that at the end, or the one another began with.

with spoken as (
    select
        member_id,
        moment,
        case when kind in ('expire', 'freeze') then cast(0 as decimal(18, 2)) else change end as move,
        cast(0 as decimal(18, 2)) as lapse,
        case when kind = 'freeze' then change else cast(0 as decimal(18, 2)) end as freezing
    from point_movements
    union all
    select
        member_id,
        86400 * (date_diff('day', cast('1970-01-01' as date), case when expires_on < earned_on then earned_on else expires_on end) + 1) - 1 as moment,
        cast(0 as decimal(18, 2)) as move,
        lapsed as lapse,
        cast(0 as decimal(18, 2)) as freezing
    from point_lots
    where lapsed > 0 and date_diff('day', case when expires_on < earned_on then earned_on else expires_on end, $as_of) > 0
),

moments as (
    select
        member_id,
        moment,
        cast(sum(move - lapse) as decimal(18, 2)) as moved,
        cast(sum(lapse) as decimal(18, 2)) as lapsed,
        cast(sum(freezing) as decimal(18, 2)) as frozen
    from spoken
    group by member_id, moment
),

running as (
    select
        member_id,
        moment,
        cast(sum(moved) over so_far as decimal(18, 2)) as computed,
        cast(sum(lapsed) over so_far as decimal(18, 2)) as lapsed_so_far,
        cast(sum(frozen) over so_far as decimal(18, 2)) as frozen_so_far
    from moments
    window so_far as (
        partition by member_id order by moment nulls last rows between unbounded preceding and current row
    )
),

told as (
    select
        member_id,
        moment,
        changed_on,
        log_id,
        kind,
        sheet_number,
        sheet_row,
        balance_after,
        cast(balance_after - change as decimal(18, 2)) as balance_before
    from point_movements
    where balance_after is not null
),

befores as (
    select member_id, moment, balance_before as balance_after, count(*) as rows_after
    from told
    group by member_id, moment, balance_before
),

ordered as (
    select
        member_id,
        moment,
        changed_on,
        log_id,
        kind,
        sheet_number,
        sheet_row,
        balance_after,
        balance_before,
        computed,
        lapsed_so_far,
        frozen_so_far,
        case when balance_after = computed or rows_after is not null then 1 else 0 end as agreeing
    from told
    join running using (member_id, moment)
    left join befores using (member_id, moment, balance_after)
)

select
    member_id,
    moment,
    changed_on,
    log_id,
    kind,
    sheet_number,
    sheet_row,
    balance_after,
    balance_before,
    computed,
    lapsed_so_far,
    frozen_so_far,
    agreeing,
    lag(balance_after) over (
        partition by member_id order by moment nulls last, sheet_number nulls last, sheet_row nulls last
    ) as previous_after,
    lag(lapsed_so_far) over (
        partition by member_id order by moment nulls last, sheet_number nulls last, sheet_row nulls last
    ) as previous_lapsed
from ordered
