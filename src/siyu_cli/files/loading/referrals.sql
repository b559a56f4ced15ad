-- Invites: from the rows of invite lists, inviter columns and invite codes to one row per invite.
--
-- reads   raw_referrals, raw_costs, sources, member_links, phone_keys, account_keys, excluded, judged_members, members
-- writes  judged_referrals, judged_costs, invite_codes, first_inviters, referrals, costs

-- name: invite_codes
-- Who issued a code. One that several issued is nobody's.
create or replace temp table invite_codes as
select code, min(member_key) as code_owner
from (
    select member_key, upper(trim(unnest(string_split(half_width(own_codes), ';')))) as code
    from judged_members
    where verdict is null and own_codes is not null
) as issued
where code not in ('', 'NA')
group by code
having count(distinct member_key) = 1;

-- name: no_invite_codes
create or replace temp table invite_codes (code varchar, code_owner varchar);

-- name: account_owners
-- Who is known by an account or e-mail has it in their key, or leads to one; invite lists and inviter columns name them
-- without its platform.
create or replace temp table account_owners as
select account, min(owner) as owner
from (
    select lower(account) as account, member_key as owner
    from judged_members
    where verdict is null and account is not null
    union
    select lower(account) as account, account_key as owner
    from account_keys
    union
    select lower(raw.account) as account, coalesce(account_key, platform || ':' || raw.account) as owner
    from raw_orders as raw
    join sources using (source)
    left join account_keys using (platform, account)
    where raw.account is not null and raw.member_id is null
) as owners
group by account
having count(distinct owner) = 1;

-- name: no_account_owners
create or replace temp table account_owners (account varchar, owner varchar);

-- name: judged
-- One row per raw row with the keys of both people and a verdict. Who is named by a phone or account is the member
-- that leads to; what stands in an id column may be a nickname, so that a known phone beside it goes first. A fingerprint tells that a device, an address or an account is shared, and not what it is.
create or replace temp table judged_referrals as
select
    source,
    row,
    faults,
    inviter_key,
    invitee_key,
    used_code,
    cast(invited_on as date) as invited_on,
    cast(joined_on as date) as joined_on,
    campaign,
    variant,
    referral_source,
    source_channel,
    reward_amount,
    reward_level,
    entry_fee,
    phone,
    case when device is not null then md5(lower(device)) end as device,
    case when address is not null then md5(lower(regexp_replace(address, '\s', '', 'g'))) end as address,
    case when payment is not null then md5(lower(payment)) end as payment,
    coalesce(verdict_on_row(is_blank, is_title, has_total_word and invited_on is null and joined_on is null, faults), case
        when inviter_key in (select member_key from excluded) or invitee_key in (select member_key from excluded)
            then 'skip:excluded'
        when is_masked then 'reject:masked_phone'
        when inviter_key is null and reason_in(faults, ['inviter_id', 'inviter_phone']) is not null
            then reject_for(faults, ['inviter_id', 'inviter_phone'])
        when invitee_key is null and reason_in(faults, ['invitee_id', 'invitee_phone']) is not null
            then reject_for(faults, ['invitee_id', 'invitee_phone'])
        when inviter_key is null and used_code is null and invitee_key is null then 'skip:no_member'
        when invited_on >= getvariable('as_of') + 1 then 'skip:after_as_of'
        when invited_on is null and joined_on >= getvariable('as_of') + 1 then 'skip:after_as_of'
    end) as verdict
from (
    select
        raw.* exclude (source_channel),
        raw.source_channel,
        coalesce(raw.invitee_phone, invitee_as_phone) as phone,
        coalesce(
            inviter_links.member_key, inviter_phones.phone_key, inviter_accounts.owner, inviter_as_phone,
            inviter_beside.phone_key, raw.inviter_id, case when inviter_beside.is_shared then null else inviter_phone end,
            codes.code_owner, 'name:' || inviter_name
        ) as inviter_key,
        coalesce(
            invitee_links.member_key, invitee_phones.phone_key, invitee_accounts.owner, invitee_as_phone,
            invitee_beside.phone_key, raw.invitee_id, invitee_phone, 'name:' || invitee_name
        ) as invitee_key
    from (
        select
            * exclude (inviter_id, invitee_id),
            case when not is_masked_id(inviter_id) then inviter_id end as inviter_id,
            case when not is_masked_id(invitee_id) then invitee_id end as invitee_id,
            coalesce(is_masked_id(inviter_id) and inviter_phone is null, false)
                or coalesce(is_masked_id(invitee_id) and invitee_phone is null, false) as is_masked,
            phone_written_as_id(inviter_id) as inviter_as_phone,
            phone_written_as_id(invitee_id) as invitee_as_phone
        from raw_referrals
    ) as raw
    join sources using (source)
    left join member_links as inviter_links on inviter_links.member_id = raw.inviter_id
    left join member_links as invitee_links on invitee_links.member_id = raw.invitee_id
    left join phone_keys as inviter_phones on inviter_phones.phone = inviter_as_phone
    left join phone_keys as invitee_phones on invitee_phones.phone = invitee_as_phone
    left join account_owners as inviter_accounts on inviter_accounts.account = lower(raw.inviter_id)
    left join account_owners as invitee_accounts on invitee_accounts.account = lower(raw.invitee_id)
    left join phone_keys as inviter_beside on inviter_beside.phone = inviter_phone
    left join phone_keys as invitee_beside on invitee_beside.phone = invitee_phone
    left join invite_codes as codes on codes.code = upper(trim(used_code))
) as keyed;

-- name: seen_twice
-- Exports overlap: an invite that stands in several files counts as often as in the one that has it most, by the row
-- that knows most of it.
create or replace temp table seen_twice as
select source, row
from (
    select
        source,
        row,
        row_number() over (
            partition by inviter_key, invitee_key, used_code, invited_on, campaign, variant, referral_source, source_channel, copy
            order by joined_on nulls last, reward_amount desc nulls last, source, row
        ) as place
    from (
        select
            *,
            row_number() over (
                partition by source, inviter_key, invitee_key, used_code, invited_on, campaign, variant, referral_source, source_channel
                order by joined_on nulls last, reward_amount desc nulls last, row
            ) as copy
        from judged_referrals
        where verdict is null and (invited_on is not null or invitee_key is not null)
    ) as copies
) as places
where place > 1;

-- name: without_overlaps
update judged_referrals
set verdict = 'skip:duplicate'
from seen_twice
where seen_twice.source = judged_referrals.source and seen_twice.row = judged_referrals.row;

-- name: judged_costs
create or replace temp view judged_costs as
select
    *,
    coalesce(
        amount,
        nullif(coalesce(advertising_cost, 0) + coalesce(promotion_cost, 0) + coalesce(staff_cost, 0)
            + coalesce(reward_cost, 0) + coalesce(contact_cost, 0), 0),
        advertising_cost, promotion_cost, staff_cost, reward_cost, contact_cost
    ) as spent,
    coalesce(verdict_on_row(
        is_blank, is_title,
        (has_total_word and spent_on is null)
            or regexp_full_match(coalesce(campaign, source_channel, partner, store, owner, item, ''), '(合|总|小)\s*计|(sub|grand )?totals?', 'i'),
        faults), case
        when spent_on is null then coalesce(reject_for(faults, ['spent_on']), 'reject:missing_date')
        when coalesce(amount, advertising_cost, promotion_cost, staff_cost, reward_cost, contact_cost) is null then coalesce(
            reject_for(faults, ['amount', 'advertising_cost', 'promotion_cost', 'staff_cost', 'reward_cost', 'contact_cost']),
            'reject:missing_amount')
        when spent_on >= getvariable('as_of') + 1 then 'skip:after_as_of'
    end) as verdict
from raw_costs;

-- name: first_inviters
-- Who invited whom first, by the invite lists: a members export that does not say so learns it from them.
create or replace temp table first_inviters as
select
    invitee_key as member_id,
    min_by(inviter_key, struct_pack(at := coalesce(invited_on, joined_on, date '9999-12-31'), who := inviter_key)) as first_inviter
from judged_referrals
where verdict is null and inviter_key is not null and invitee_key <> inviter_key
group by invitee_key;

-- name: no_first_inviters
create or replace temp table first_inviters (member_id varchar, first_inviter varchar);

-- name: listed_referrals
-- What the lists say.
create or replace temp view listed_referrals as
select
    inviter_key as inviter_id, invitee_key as invitee_id, invited_on, joined_on,
    source in (select sheet_number from sheets_read where has_joined) as is_join_stated,
    campaign, variant, referral_source, source_channel, reward_amount, reward_level, entry_fee,
    phone, device, address, payment, cast(source as bigint) as sheet_number, row as sheet_row
from judged_referrals
where verdict is null;

-- name: lists_alone
create or replace temp view referrals as
select * from listed_referrals;

-- name: referrals
-- A pair that a list and a members export both name is one invite: the list's, which has its date.
create or replace temp table referrals as
select * from listed_referrals
union all
select
    inviter_id,
    member_id as invitee_id,
    cast(null as date) as invited_on,
    joined_on,
    true as is_join_stated,
    null as campaign,
    null as variant,
    null as referral_source,
    source_channel,
    null as reward_amount,
    null as reward_level,
    null as entry_fee,
    null as phone,
    null as device,
    null as address,
    null as payment,
    null as sheet_number,
    null as sheet_row
from members
where (inviter_id is not null or used_code is not null)
  and coalesce(inviter_id, '') not in (select member_key from excluded)
  and (member_id, coalesce(inviter_id, '')) not in (
      select invitee_key, coalesce(inviter_key, '') from judged_referrals where verdict is null and invitee_key is not null
  );

-- name: costs
-- What no column parts is unsplit: the amount, less its parts. What counts as cost of acquisition, and what of it was
-- paid to others, [metrics] says: ``cac``, ``paid_cac``.
create or replace temp table costs as
select
    *,
    cast(
        case when list_contains($cac, 'advertising') then coalesce(advertising_cost, 0) else 0 end
        + case when list_contains($cac, 'promotion') then coalesce(promotion_cost, 0) else 0 end
        + case when list_contains($cac, 'staff') then coalesce(staff_cost, 0) else 0 end
        + case when list_contains($cac, 'reward') then coalesce(reward_cost, 0) else 0 end
        + case when list_contains($cac, 'contact') then coalesce(contact_cost, 0) else 0 end
        + case when list_contains($cac, 'unsplit') then coalesce(unsplit_cost, 0) else 0 end
    as decimal(18, 2)) as cac_cost,
    cast(
        case when list_contains($paid_cac, 'advertising') then coalesce(advertising_cost, 0) else 0 end
        + case when list_contains($paid_cac, 'promotion') then coalesce(promotion_cost, 0) else 0 end
        + case when list_contains($paid_cac, 'staff') then coalesce(staff_cost, 0) else 0 end
        + case when list_contains($paid_cac, 'reward') then coalesce(reward_cost, 0) else 0 end
        + case when list_contains($paid_cac, 'contact') then coalesce(contact_cost, 0) else 0 end
        + case when list_contains($paid_cac, 'unsplit') then coalesce(unsplit_cost, 0) else 0 end
    as decimal(18, 2)) as paid_cac_cost
from (
    select
        cast(spent_on as date) as spent_on, source_channel, campaign, partner, store, owner, item,
        cast(spent as decimal(18, 2)) as amount,
        advertising_cost, promotion_cost, staff_cost, reward_cost, contact_cost,
        cast(spent - coalesce(advertising_cost, 0) - coalesce(promotion_cost, 0) - coalesce(staff_cost, 0)
            - coalesce(reward_cost, 0) - coalesce(contact_cost, 0) as decimal(18, 2)) as unsplit_cost
    from judged_costs
    where verdict is null
) as spending;
