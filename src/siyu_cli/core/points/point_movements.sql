-- point_movements: one row per movement of a member's points, and one for what a member had before the log begins.
--
-- reads   points_log
-- takes   $as_of      nothing after it exists
--
-- moment orders them by the clock (seconds since 1970), day_place within a day as a ledger does: what is taken back,
-- what comes in, what is spent, adjustments; numbers of movements count up with their digits (log_digits). A first row that does not begin at 0 tells of an opening balance; of several
-- at one moment the first is the one whose balance before is no other's balance after.

with existing as (
    select
        member_id,
        log_id,
        changed_on,
        86400 * date_diff('day', cast('1970-01-01' as date), changed_on) + second_of_day as moment,
        case
            when kind = 'clawback' then 1
            when kind in ('earn', 'return') then 2
            when kind = 'burn' then 3
            when kind = 'adjust' then 4
            else 5
        end as day_place,
        kind,
        change,
        balance_after,
        expires_on,
        order_id,
        sheet_number,
        sheet_row
    from points_log
    where changed_on <= $as_of
),

firsts as (
    select
        member_id,
        changed_on,
        moment,
        change,
        balance_after,
        min(moment) over (partition by member_id) as first_moment
    from existing
),

followed as (
    select member_id, balance_after as balance, count(*) as rows_before
    from firsts
    where moment = first_moment and balance_after is not null
    group by member_id, balance_after
),

befores as (
    select member_id, changed_on, moment, cast(balance_after - change as decimal(18, 2)) as balance
    from firsts
    where moment = first_moment and balance_after is not null
),

beginnings as (
    select
        member_id,
        min(changed_on) as opened_on,
        min(moment) as first_moment,
        count(*) as candidates,
        min(balance) as opening
    from befores
    left join followed using (member_id, balance)
    where rows_before is null
    group by member_id
),

movements_of_all as (
    select
        member_id,
        log_id,
        changed_on,
        moment,
        day_place,
        kind,
        change,
        balance_after,
        expires_on,
        order_id,
        sheet_number,
        sheet_row
    from existing
    union all
    select
        member_id,
        null as log_id,
        opened_on as changed_on,
        first_moment - 1 as moment,
        0 as day_place,
        'opening' as kind,
        opening as change,
        null as balance_after,
        null as expires_on,
        null as order_id,
        null as sheet_number,
        null as sheet_row
    from beginnings
    where candidates = 1 and opening > 0
)

select
    member_id,
    log_id,
    cast(length(log_id) as bigint) as log_digits,
    changed_on,
    moment,
    day_place,
    kind,
    change,
    balance_after,
    expires_on,
    order_id,
    sheet_number,
    sheet_row
from movements_of_all
