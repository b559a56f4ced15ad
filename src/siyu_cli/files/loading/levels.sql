-- Levels: from the rows of logs of levels to one row per change of a member's level.
--
-- reads   raw_level_log, sources, member_links, phone_keys, account_keys, excluded
-- writes  judged_levels, level_log

-- name: judged
create or replace temp table judged_levels as
with keyed as (
    select
        raw.*,
        coalesce(is_shared, false) as is_shared_phone,
        coalesce(
            member_key, raw.member_id, phone_key, case when is_shared then null else raw.phone end,
            account_key, case when raw.account is not null then platform || ':' || raw.account end
        ) as member_key,
        lower(reason) as words
    from raw_level_log as raw
    join sources using (source)
    left join member_links using (member_id)
    left join phone_keys using (phone)
    left join account_keys using (platform, account)
)

select
    source, row, faults, member_key, changed_on as changed_at, level_from, level_to, reason,
    -- What is written there and is no day (永久) is no end that is known of.
    case when reason_in(faults, ['valid_until']) is not null then null else cast(valid_until as date) end as valid_until,
    case
        when regexp_matches(words, $automatic) then 'rule'
        when regexp_matches(words, $paid) then 'paid'
        when regexp_matches(words, $manual) then 'manual'
        else 'rule'
    end as kind,
    coalesce(verdict_on_row(is_blank, is_title, has_total_word and changed_on is null, faults), case
        when member_key in (select member_key from excluded) then 'skip:excluded'
        when member_key is null and is_shared_phone then 'reject:shared_phone'
        when member_key is null then coalesce(reject_for(faults, ['member_id', 'phone', 'account']), 'skip:no_member')
        when changed_on is null then coalesce(reject_for(faults, ['changed_on']), 'reject:missing_date')
        when level_to is null then coalesce(reject_for(faults, ['level_to']), 'reject:missing_level')
        when changed_on >= getvariable('as_of') + 1 then 'skip:after_as_of'
    end) as verdict
from keyed;

-- name: without_overlaps
-- A change is one, however often it was exported.
update judged_levels
set verdict = 'skip:duplicate'
from (
    select
        source,
        row,
        row_number() over (
            partition by member_key, changed_at, level_from, level_to, reason, valid_until order by source, row
        ) as place
    from judged_levels
    where verdict is null
) as copies
where copies.place > 1 and copies.source = judged_levels.source and copies.row = judged_levels.row;

-- name: level_log
create or replace temp table level_log as
select
    member_key as member_id,
    cast(changed_at as date) as changed_on,
    cast(date_diff('second', cast(cast(changed_at as date) as timestamp), changed_at) as bigint) as second_of_day,
    level_from,
    level_to,
    kind,
    valid_until,
    cast(source as bigint) as sheet_number,
    row as sheet_row
from judged_levels
where verdict is null;

-- name: no_level_log
create or replace temp table level_log (
    member_id varchar, changed_on date, second_of_day bigint, level_from varchar, level_to varchar, kind varchar,
    valid_until date, sheet_number bigint, sheet_row bigint
);
