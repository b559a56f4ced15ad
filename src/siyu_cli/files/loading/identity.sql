-- Who is who: every id, phone and buyer account leads to one member key.
--
-- reads   raw_members, raw_contacts, raw_orders, raw_points_log, raw_level_log, sources; member_links (member_id, member_key) made by identity.py
-- writes  bonds, phone_ids, phone_keys, account_keys; excluded, from excluded_names of exclude.py

-- name: bonds
-- One row per id and phone that stand in one row of a file.
create or replace temp table bonds as
select distinct member_id, phone from (
    select member_id, phone from raw_members
    union all
    select member_id, phone from raw_contacts
    union all
    select member_id, phone from raw_orders
    union all
    select member_id, phone from raw_points_log
    union all
    select member_id, phone from raw_level_log
) as pairs
where member_id is not null and phone is not null;

-- name: phones
-- A phone on more than 3 ids, or accounts of one platform, is a clerk's: it links nothing. Where an export gives its
-- people neither, the names beside a phone stand for them; nicknames change too often ($named are the order sheets
-- that have others).
create or replace temp table phone_ids as
select phone, max(ids) as ids, min(least_id) as least_id
from (
    select phone, count(*) as ids, min(member_id) as least_id
    from bonds
    group by phone
    union all
    select phone, count(distinct coalesce(name, nickname)) as ids, cast(null as varchar) as least_id
    from raw_members
    where member_id is null and phone is not null
    group by source, phone
    having count(distinct coalesce(name, nickname)) > 3
    union all
    select phone, count(*) as ids, cast(null as varchar) as least_id
    from (
        select distinct platform, phone, account
        from (
            select source, phone, account from raw_members where phone is not null and account is not null
            union all
            select source, phone, account from raw_orders where phone is not null and account is not null
        ) as seen
        join sources using (source)
    ) as accounts
    group by platform, phone
    having count(*) > 3
    union all
    select phone, count(*) as ids, cast(null as varchar) as least_id
    from (
        select distinct source, coalesce(phone, receiver_phone) as phone, name
        from raw_orders
        where list_contains($named, source) and member_id is null and account is null and name is not null
    ) as names
    where phone is not null
    group by source, phone
    having count(*) > 3
) as counted
group by phone;

-- name: known_by_phone
-- Members whose phone was their key in an earlier list, and whose id was not in it: the phone stays the key.
select bonds.member_id, min(bonds.phone)
from bonds
join read_parquet($snapshot, hive_partitioning = false) as earlier on earlier.member_id = bonds.phone
where bonds.member_id not in (select member_id from read_parquet($snapshot, hive_partitioning = false))
  and bonds.phone in (select phone from phone_ids where ids <= 3)
group by bonds.member_id
order by bonds.member_id;

-- name: linked
select phone, member_id from bonds
where phone in (select phone from phone_ids where ids between 2 and 3)
order by phone, member_id;

-- name: phone_keys
create or replace temp table phone_keys as
select
    phone,
    ids > 3 as is_shared,
    case when ids <= 3 then coalesce(member_key, least_id) end as phone_key
from phone_ids
left join member_links on member_id = least_id;

-- name: phones_as_ids
-- Exports of tills often number a member by their phone: such an id is the member the phone leads to.
select distinct member_id, phone_key
from (
    select member_id from raw_members
    union all
    select member_id from raw_contacts
    union all
    select member_id from raw_orders
    union all
    select member_id from raw_points_log
    union all
    select member_id from raw_level_log
) as ids
join phone_keys on phone = member_id
where strlen(member_id) = 11 and not is_shared and phone_key <> member_id
  and member_id not in (select member_id from member_links)
  and member_id not in (select member_id from bonds);

-- name: account_keys
create or replace temp table account_keys as
select platform, account, min(known_key) as account_key
from (
    select
        platform,
        account,
        coalesce(member_key, raw.member_id, phone_key, case when is_shared then null else raw.phone end) as known_key
    from (
        select source, account, member_id, phone from raw_members
        where account is not null and (member_id is not null or phone is not null)
        union all
        select source, account, member_id, phone from raw_orders
        where account is not null and (member_id is not null or phone is not null)
        union all
        select source, account, member_id, phone from raw_points_log
        where account is not null and (member_id is not null or phone is not null)
        union all
        select source, account, member_id, phone from raw_level_log
        where account is not null and (member_id is not null or phone is not null)
    ) as raw
    join sources using (source)
    left join member_links using (member_id)
    left join phone_keys using (phone)
) as known
where known_key is not null
group by platform, account;

-- name: every_name
-- Every id, phone and account that stands in the files, to be held against those that asked to be forgotten.
select distinct name from (
    select unnest([member_id, phone]) as name from raw_members
    union all
    select unnest([member_id, phone]) as name from raw_contacts
    union all
    select unnest([member_id, phone]) as name from raw_orders
    union all
    select unnest([member_id, phone]) as name from raw_points_log
    union all
    select unnest([member_id, phone]) as name from raw_level_log
    union all
    select platform || ':' || account as name from raw_members join sources using (source)
    union all
    select platform || ':' || account as name from raw_points_log join sources using (source)
    union all
    select platform || ':' || account as name from raw_level_log join sources using (source)
    union all
    select platform || ':' || account as name from raw_orders join sources using (source)
) as names
where name is not null;

-- name: nobody_excluded
create or replace temp table excluded (member_key varchar);

-- name: excluded
-- Staff and test accounts, however they were written: an id, a phone or an account leads to the member's key.
create or replace temp table excluded as
with names as (
    select name, phone_in(name) as phone from excluded_names
)

select coalesce(member_key, phone_key, names.phone, member_id_in(name)) as member_key
from names
left join member_links on member_links.member_id = member_id_in(name)
left join phone_keys on phone_keys.phone = names.phone
union
select coalesce(account_key, platforms.platform || ':' || name) as member_key
from names
cross join (select distinct platform from sources) as platforms
left join account_keys on account_keys.platform = platforms.platform and account_keys.account = name;
