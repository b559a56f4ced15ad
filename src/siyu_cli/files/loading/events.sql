-- Events: from the rows of event exports to one row per thing that a member did, or that was done for them.
--
-- reads   raw_events, event_words, sources, member_links, phone_keys, account_keys, excluded, members
-- writes  judged_events, events; members, of whom events tell more

-- name: judged
-- One row per raw row with its member's key and a verdict, as for orders.
create or replace temp table judged_events as
select
    * exclude (is_shared, is_blank, is_title, has_total_word),
    coalesce(verdict_on_row(is_blank, is_title, has_total_word and happened_at is null, faults), case
        when member_key in (select member_key from excluded) then 'skip:excluded'
        when member_key is null and coalesce(is_shared, false) then 'reject:shared_phone'
        when member_key is null then coalesce(reject_for(faults, ['member_id', 'phone', 'account']), 'skip:no_member')
        when happened_at is null then coalesce(reject_for(faults, ['happened_at']), 'reject:missing_date')
        when happened_at >= getvariable('as_of') + 1 then 'skip:after_as_of'
    end) as verdict
from (
    select
        raw.source, row, faults, is_blank, is_title, has_total_word, is_shared, happened_at,
        coalesce(
            member_key, raw.member_id, phone_key, case when is_shared then null else raw.phone end,
            account_key, case when raw.account is not null then platform || ':' || raw.account end
        ) as member_key,
        coalesce(words.kind, 'other') as kind,
        coalesce(title, case when words.kind is null then raw.event end) as title,
        campaign, source_channel, owner, store, order_id, amount, assigned_arm
    from raw_events as raw
    join sources using (source)
    left join event_words as words on words.source = raw.source and words.word = raw.event
    left join member_links using (member_id)
    left join phone_keys using (phone)
    left join account_keys using (platform, account)
) as keyed;

-- name: without_overlaps
-- Exports overlap: an event that stands in several files counts as often as in the one that has it most.
update judged_events
set verdict = 'skip:duplicate'
from (
    select source, row, row_number() over (partition by hash, copy order by source, row) as place
    from (
        select source, row, hash, row_number() over (partition by source, hash order by row) as copy
        from (
            select
                source, row,
                md5_number(concat_ws('|', member_key, happened_at, kind, coalesce(title, ''), coalesce(campaign, ''),
                    coalesce(order_id, ''), coalesce(cast(amount as varchar), ''))) as hash
            from judged_events
            where verdict is null
        ) as hashed
    ) as copies
) as places
where place > 1 and places.source = judged_events.source and places.row = judged_events.row;

-- name: events
create or replace temp table events as
select
    member_key as member_id, cast(happened_at as date) as happened_on, kind, title, campaign, source_channel, owner,
    store, order_id, amount, assigned_arm
from judged_events
where verdict is null;

-- name: signs
-- What a member did is a sign of theirs; what the shop did is none.
update members
set last_event_on = greatest(last_event_on, did.happened_on),
    coupons_redeemed = greatest(coupons_redeemed, did.redeemed)
from (
    select
        member_id,
        max(happened_on) as happened_on,
        nullif(count(case when kind = 'coupon_redeemed' then 1 end), 0) as redeemed
    from events
    where kind not in ('contact', 'coupon_issued')
    group by member_id
) as did
where did.member_id = members.member_id;
