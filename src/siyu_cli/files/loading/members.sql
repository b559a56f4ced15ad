-- Members: from the rows of members and contact exports to one row per member.
--
-- reads   raw_members, raw_contacts, sources, member_links, phone_keys, account_keys, excluded, order_lines, settled_orders,
--         invite_codes, account_owners, first_inviters, judged_referrals
-- writes  judged_members, judged_contacts, members, touches, friends, unfriended, people, known_names

-- name: judged
-- One row per raw row with its member's key and a verdict, as for orders.
create or replace temp view judged_members as
select
    *,
    coalesce(verdict_on_row(is_blank, is_title, has_total_word and joined_on is null and phone is null, faults), case
        when member_key in (select member_key from excluded) then 'skip:excluded'
        when member_key is null and is_shared_phone then 'reject:shared_phone'
        when member_key is null then coalesce(reject_for(faults, ['member_id', 'phone', 'account']), 'skip:no_member')
        when joined_on > getvariable('as_of')
            and member_key not in (select member_id from early_buyers) then 'skip:after_as_of'
    end) as verdict
from (
    select
        raw.* exclude (joined_on, joined_by),
        coalesce(
            member_key,
            raw.member_id,
            phone_key,
            case when is_shared then null else raw.phone end,
            account_key,
            case when raw.account is not null then platform || ':' || raw.account end
        ) as member_key,
        coalesce(is_shared, false) as is_shared_phone,
        cast(least(became_customer_on, became_member_on, added_on, registered_on, raw.joined_on) as date) as joined_on,
        case least(became_customer_on, became_member_on, added_on, registered_on, raw.joined_on)
            when became_customer_on then 'became_customer_on'
            when became_member_on then 'became_member_on'
            when added_on then 'added_on'
            when registered_on then 'registered_on'
            when raw.joined_on then 'joined_on'
        end as joined_by,
        platform
    from raw_members as raw
    join sources using (source)
    left join member_links using (member_id)
    left join phone_keys using (phone)
    left join account_keys using (platform, account)
) as keyed;

-- name: judged_contacts
create or replace temp view judged_contacts as
select
    *,
    coalesce(verdict_on_row(is_blank, is_title, has_total_word and added_on is null and phone is null, faults), case
        when member_key in (select member_key from excluded) then 'skip:excluded'
        when member_key is null and coalesce(is_shared, false) then 'reject:shared_phone'
        when member_key is null then coalesce(reject_for(faults, ['member_id', 'phone']), 'skip:no_member')
        when added_on >= getvariable('as_of') + 1 then 'skip:after_as_of'
    end) as verdict
from (
    select
        raw.*,
        is_shared,
        coalesce(member_key, raw.member_id, phone_key, case when is_shared then null else raw.phone end) as member_key
    from raw_contacts as raw
    left join member_links using (member_id)
    left join phone_keys using (phone)
) as keyed;

-- name: late_members
select 1 from raw_members
where least(became_customer_on, became_member_on, added_on, registered_on, joined_on) > getvariable('as_of')
union all
select 1 from raw_contacts where added_on > getvariable('as_of')
limit 1;

-- name: early_buyers
create or replace temp table early_buyers as
select distinct member_id from order_lines where ordered_on <= getvariable('as_of');

-- name: no_early_buyers
create or replace temp table early_buyers (member_id varchar);

-- name: members
-- Rows that lead to one key are one member: the earliest joining date, the largest totals, and for the rest
-- the greatest value written, so that no order of rows or files matters.
create or replace temp table members as
with contacted as (
    select
        member_key as member_id,
        cast(min(added_on) as date) as contact_added_on,
        max_by(owner, struct_pack(at := coalesce(added_on, timestamp '1900-01-01'), who := coalesce(owner, ''))) as contact_owner,
        bool_and(deleted_on is not null and deleted_on < getvariable('as_of') + 1) as contact_unfriended,
        max(source_channel) as contact_channel,
        max(tags) as contact_tags
    from judged_contacts
    where verdict is null
    group by member_key
),

registered as (
    select
        member_key as member_id,
        true as is_registered,
        min(joined_on) as joined_on,
        min_by(joined_by, struct_pack(at := joined_on, by := joined_by)) as joined_by,
        max(level) as level, max(points) as points, max(owner) as owner, max(store) as store,
        max(source_channel) as source_channel, max(first_campaign) as first_campaign, max(city) as city, max(gender) as gender,
        cast(max(birthday) as date) as birthday, max(tags) as tags,
        bool_and(consent_sms) as consent_sms, bool_and(consent_wecom) as consent_wecom,
        bool_and(consent_ads) as consent_ads, bool_or(opt_out_profiling) as opt_out_profiling,
        bool_or(is_unfriended) as is_unfriended,
        max(case when inviter_id is not null then struct_pack(named := inviter_id, platform := platform) end) as inviter,
        max(used_code) as used_code,
        bool_or(own_codes is not null or used_code is not null) as has_invite_code,
        cast(max(last_event_on) as date) as last_event_on,
        max(coupons_redeemed) as coupons_redeemed,
        max(growth) as growth,
        cast(max(level_valid_until) as date) as level_valid_until,
        max(paid_level) as paid_level,
        max(total_order_count) as total_order_count,
        max(total_net_sales) as total_net_sales,
        cast(max(total_last_order_on) as date) as total_last_order_on
    from judged_members
    where verdict is null
    group by member_key
),

known as (
    select
        * exclude (joined_on, joined_by, owner, is_unfriended, source_channel, tags, is_registered),
        coalesce(is_registered, false) as is_registered,
        least(joined_on, contact_added_on) as joined_on,
        case when joined_on <= contact_added_on or contact_added_on is null then joined_by else 'added_on' end as joined_by,
        coalesce(owner, contact_owner) as owner,
        coalesce(is_unfriended, contact_unfriended, false) as is_unfriended,
        coalesce(source_channel, contact_channel) as source_channel,
        coalesce(tags, contact_tags) as tags
    from registered
    full join contacted using (member_id)
)

select
    invited.member_id,
    is_registered,
    is_unfriended,
    joined_on,
    joined_by,
    level, points, owner, store, source_channel, first_campaign, city, gender, birthday, tags,
    consent_sms, consent_wecom, consent_ads, opt_out_profiling,
    coalesce(member_key, phone_key, account_key, owner_key, phone, inviter.named, code_owner, first_inviter) as inviter_id,
    used_code,
    coalesce(has_invite_code, false) as has_invite_code,
    last_event_on,
    coupons_redeemed,
    growth, level_valid_until, paid_level,
    total_order_count,
    total_net_sales,
    total_last_order_on
from (
    -- An inviter may be named by id, phone or account.
    select *, phone_in(inviter.named) as phone from known
) as invited
left join member_links on member_links.member_id = inviter.named
left join phone_keys using (phone)
left join account_keys on account_keys.platform = inviter.platform and account_keys.account = inviter.named
left join (select account as owned, owner as owner_key from account_owners) as account_owners on owned = lower(inviter.named)
left join invite_codes on code = upper(trim(used_code))
left join first_inviters on first_inviters.member_id = invited.member_id;

-- name: touches
-- One row per dated source. What the lists themselves say, each with its own date: members have the earliest of all, and
-- the greatest of what was written. What two exports say is one once somebody reads it.
create or replace temp table told_touches as
select *
from (
    select
        member_key as member_id, joined_on as touched_on, 'member' as kind,
        source_channel, first_campaign as campaign, cast(null as varchar) as partner, store, owner
    from judged_members
    where verdict is null and coalesce(source_channel, first_campaign) is not null
    union all
    select invitee_key, coalesce(invited_on, joined_on), 'invite', source_channel, campaign, referral_source, null, null
    from judged_referrals
    where verdict is null and invitee_key is not null and coalesce(source_channel, campaign, referral_source) is not null
    union all
    select member_key, cast(added_on as date), 'contact', source_channel, null, null, null, owner
    from judged_contacts
    where verdict is null and source_channel is not null
) as told
where touched_on <= getvariable('as_of');

create or replace temp view touches as select distinct * from told_touches;

-- name: friends
-- Who is whose friend as of the date: not deleted by then.
create or replace temp table friends as
select distinct member_key as member_id, owner
from judged_contacts
where verdict is null
  and member_key is not null
  and owner is not null
  and (deleted_on is null or deleted_on >= getvariable('as_of') + 1);

-- name: unfriended
create or replace temp table unfriended as
select member_key as member_id, cast(deleted_on as date) as deleted_on
from judged_contacts
where verdict is null and deleted_on < getvariable('as_of') + 1;

-- name: log_wins
-- What a members export has counted is forgotten where the log holds the member's orders.
update members
set total_order_count = null, total_net_sales = null, total_last_order_on = null
where member_id in (
    select member_key from settled_orders
    where ordered_on <= getvariable('as_of') and (verdict is null or verdict = 'skip:cancelled')
);

-- name: has_counted
select 1 from members where total_order_count > 0 limit 1;

-- name: counted_cancelled
-- Members whose exported count is above what the log holds alive, and not above what it holds with what was cancelled.
with doubtful as (
    select distinct member_key
    from settled_orders
    where (verdict = 'skip:cancelled' or (verdict is null and status = 'refunded'))
      and member_key in (select member_id from members where total_order_count > 0)
),

held as (
    select
        member_key,
        coalesce(purchase_id, order_id, cast(moment as varchar)) as number,
        sum(case when verdict is null then paid end) as paid,
        sum(case when verdict is null then refunded end) as refunded,
        bool_or(is_delivered) as is_delivered
    from settled_orders
    where member_key in (select member_key from doubtful) and (verdict is null or verdict = 'skip:cancelled')
    group by 1, 2
),

counted as (
    select
        member_key,
        count(case when paid > 0 and (refunded < paid or is_delivered) then 1 end) as alive,
        count(*) as held
    from held
    group by member_key
)

select count(*)
from counted
join members on member_id = member_key
where total_order_count > alive and total_order_count <= held;

-- name: people
-- What staff recognise a member by. Kept apart from everything the core reads.
create or replace temp table people as
select member_id, max(phone) as phone, max(name) as name
from (
    select member_key as member_id, phone, coalesce(name, nickname) as name from judged_members where verdict is null
    union all
    select member_key as member_id, phone, name from judged_contacts where verdict is null
) as seen
where phone is not null or name is not null
group by member_id;

-- name: names
-- Every name a list of members gives them: texts are searched for it before others see them. A nickname may be any word.
create or replace temp table known_names as
select distinct member_id, name, is_nickname
from (
    select member_key as member_id, name, false as is_nickname from judged_members where verdict is null
    union all
    select member_key as member_id, nickname as name, true as is_nickname from judged_members where verdict is null
    union all
    select member_key as member_id, name, false as is_nickname from judged_contacts where verdict is null
) as names
where length(name) > 1;

-- name: has_strangers
select 1 from order_lines
where ordered_on <= getvariable('as_of') and member_id not in (select member_id from people)
limit 1;

-- name: strangers
-- Buyers of whom no list of members tells: their orders do.
insert into people
select member_key, max(buyer_phone), max(buyer_name)
from settled_orders
where verdict is null
  and (buyer_phone is not null or buyer_name is not null)
  and member_key not in (select member_id from people)
group by member_key;
