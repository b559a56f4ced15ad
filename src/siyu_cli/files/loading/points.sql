-- Points: from the rows of points logs to one row per movement, signed and of one kind.
--
-- reads   raw_points_log, sources, member_links, phone_keys, account_keys, excluded
-- writes  point_ways, judged_points, points_log

-- name: ways
-- One row per raw row: what its direction says, and what the words beside it say it is.
create or replace temp view point_ways as
select
    raw.*,
    case
        when list_contains($increase, way_word) then 'increase'
        when list_contains($decrease, way_word) then 'decrease'
        when list_contains($freeze, way_word) then 'freeze'
        when has_codes and way_word = $code_of_increase then 'increase'
        when has_codes and way_word = $code_of_decrease then 'decrease'
    end as way,
    case
        when regexp_matches(words, $expire_parts) then 'expire'
        when regexp_matches(words, $freeze_parts) then 'freeze'
        when regexp_matches(words, $refund_parts) then 'refund'
        when regexp_matches(words, $adjust_parts) then 'adjust'
    end as told_kind,
    regexp_matches(words, $spent_parts) as is_told_spent,
    regexp_matches(words, $released_parts) as is_released
from (
    select
        *,
        lower(trim(direction)) as way_word,
        lower(concat_ws(' ', direction, scene)) as words,
        bool_and(not regexp_full_match(coalesce(direction, ''), '[0-9]+') or trim(direction) in ($code_of_increase, $code_of_decrease))
            over (partition by source) as has_codes
    from raw_points_log
) as raw;

-- name: signs
-- Whether the numbers of a sheet carry their sign: then one that disagrees with its direction is a contradiction.
create or replace temp table point_signs as
select
    source,
    count(case when change < 0 then 1 end) > 0 as has_minus,
    count(case when way in ('increase', 'decrease') then 1 end) > 0 as has_ways,
    count(case when change < 0 and way = 'decrease' then 1 end) > count(case when change > 0 and way = 'decrease' then 1 end) as is_signed
from point_ways
group by source;

-- name: judged
create or replace temp table judged_points as
with keyed as (
    select
        raw.*,
        has_minus,
        coalesce(is_shared, false) as is_shared_phone,
        coalesce(
            member_key, raw.member_id, phone_key, case when is_shared then null else raw.phone end,
            account_key, case when raw.account is not null then platform || ':' || raw.account end
        ) as member_key,
        (raw.change < 0 and way = 'increase') or (raw.change > 0 and way = 'decrease' and is_signed) as is_contradicted,
        way is null and not has_minus and regexp_full_match(coalesce(way_word, ''), '[0-9]+') as is_unknown_code,
        case
            when way = 'freeze' or (way is null and told_kind = 'freeze') then case when is_released then abs(change) else -abs(change) end
            when way = 'decrease' then -abs(change)
            when way = 'increase' then abs(change)
            when not has_minus and is_told_spent and told_kind is distinct from 'refund' then -abs(change)
            else change
        end as signed
    from point_ways as raw
    join point_signs using (source)
    join sources using (source)
    left join member_links using (member_id)
    left join phone_keys using (phone)
    left join account_keys using (platform, account)
)

select
    source, row, faults, member_key, log_id, changed_at, scene, order_id,
    cast(signed as decimal(18, 2)) as change,
    cast(balance_after as decimal(18, 2)) as balance_after,
    -- What is written there and is no day (永久) is no end that is known of.
    case when reason_in(faults, ['expires_on']) is not null then date '9999-12-31' else cast(expires_on as date) end as expires_on,
    case
        when way = 'freeze' or (way is null and told_kind = 'freeze') then 'freeze'
        when told_kind = 'expire' and signed < 0 then 'expire'
        when told_kind = 'refund' then case when signed < 0 then 'clawback' else 'return' end
        when told_kind in ('adjust', 'expire') then 'adjust'
        when signed < 0 then 'burn'
        else 'earn'
    end as kind,
    coalesce(verdict_on_row(is_blank, is_title, has_total_word and changed_at is null, faults), case
        when member_key in (select member_key from excluded) then 'skip:excluded'
        when member_key is null and is_shared_phone then 'reject:shared_phone'
        when member_key is null then coalesce(reject_for(faults, ['member_id', 'phone', 'account']), 'skip:no_member')
        when changed_at is null then coalesce(reject_for(faults, ['changed_at']), 'reject:missing_date')
        when change is null then coalesce(reject_for(faults, ['change']), 'reject:missing_amount')
        when is_contradicted then 'reject:sign_conflict'
        when is_unknown_code then 'reject:unknown_status'
        when changed_at >= getvariable('as_of') + 1 then 'skip:after_as_of'
    end) as verdict
from keyed;

-- name: seen_twice
-- A number is one movement, however often it was exported. Without numbers, what stands in several files counts as often
-- as in the one that has it most.
create or replace temp table points_seen_twice as
with numbered as (
    select
        source,
        row,
        row_number() over (
            partition by log_id, member_key, change order by changed_at, balance_after nulls last, expires_on nulls last, kind, source, row
        ) as place
    from judged_points
    where verdict is null and log_id is not null
),

copies as (
    select
        *,
        row_number() over (
            partition by source, member_key, changed_at, change, kind, scene, order_id, balance_after, expires_on order by row
        ) as copy
    from judged_points
    where verdict is null and log_id is null
),

unnumbered as (
    select
        source,
        row,
        row_number() over (
            partition by member_key, changed_at, change, kind, scene, order_id, balance_after, expires_on, copy order by source, row
        ) as place
    from copies
)

select source, row from numbered where place > 1
union all
select source, row from unnumbered where place > 1;

-- name: without_overlaps
update judged_points
set verdict = 'skip:duplicate'
from points_seen_twice
where points_seen_twice.source = judged_points.source and points_seen_twice.row = judged_points.row;

-- name: points_log
-- What is left of them; a movement's place within its day is by the clock, where the export has one.
create or replace temp table points_log as
select
    member_key as member_id,
    log_id,
    cast(changed_at as date) as changed_on,
    cast(date_diff('second', cast(cast(changed_at as date) as timestamp), changed_at) as bigint) as second_of_day,
    kind,
    change,
    balance_after,
    expires_on,
    order_id,
    cast(source as bigint) as sheet_number,
    row as sheet_row
from judged_points
where verdict is null;

-- name: no_points_log
create or replace temp table points_log (
    member_id varchar, log_id varchar, changed_on date, second_of_day bigint, kind varchar, change decimal(18, 2),
    balance_after decimal(18, 2), expires_on date, order_id varchar, sheet_number bigint, sheet_row bigint
);

-- name: one_way
-- Sheets whose every row adds points: nothing in them says what was spent.
select source, count(*) as rows
from judged_points
where verdict is null
group by source
having count(*) >= 10 and count(case when change < 0 then 1 end) = 0
order by source;

-- name: shared_numbers
-- Movements that have their number in common with another one's and are not the same.
select count(*) as movements
from (
    select count(*) over (partition by log_id) as sharing
    from judged_points
    where verdict is null and log_id is not null
) as numbers
where sharing > 1;
