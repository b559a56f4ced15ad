-- Ids that may be one: the settings of [load] that make them one, and whether one of them is called for.
--
-- reads   raw_members, raw_contacts, raw_orders, raw_referrals; id_width(), is_case_ignored() of lookalikes.py
-- takes   $source   the sheet that is asked about

-- name: member_id_in
create or replace macro member_id_in(id) as
    case
        when id_width() > 0 and length(id) < id_width() and regexp_full_match(id, '[0-9]+') then lpad(id, id_width(), '0')
        when is_case_ignored() then lower(id)
        else id
    end;

-- name: ids
create or replace temp view listed_ids as
select member_id from raw_members where member_id is not null
union all
select member_id from raw_contacts where member_id is not null;

create or replace temp view other_ids as
select source, member_id from raw_orders where member_id is not null
union all
select source, inviter_id as member_id from raw_referrals where inviter_id is not null
union all
select source, invitee_id as member_id from raw_referrals where invitee_id is not null;

-- name: in_case_only
select coalesce(sum(spellings - 1), 0)
from (
    select count(*) as spellings
    from (
        select distinct member_id from (select member_id from listed_ids union all select member_id from other_ids) as ids
    ) as ids
    where lower(member_id) <> upper(member_id)
    group by lower(member_id)
    having count(*) > 1
) as alike;

-- name: listed
select 1 from other_ids where source = $source and member_id in (select member_id from listed_ids) limit 1;

-- name: padded
with own as (
    select distinct member_id from other_ids where source = $source
),

alike as (
    select own.member_id, greatest(length(own.member_id), length(listed.member_id)) as width
    from own
    join (select distinct member_id from listed_ids where regexp_full_match(member_id, '[0-9]+')) as listed
        on ltrim(own.member_id, '0') = ltrim(listed.member_id, '0')
    where regexp_full_match(own.member_id, '[0-9]+')
)

select (select count(*) from own) as ids, count(distinct member_id) as same, max(width) as width
from alike;
