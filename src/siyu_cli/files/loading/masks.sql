-- Who must not be shown as they are: keys that are phones, accounts or names, and names that stand in texts.
--
-- reads   members, referrals, people, known_names, member_links, phone_keys, account_keys; features, of core
-- writes  personal_keys, shown_keys

-- name: personal_keys
-- Every key that may need a mask, with the first date known of its bearer. The commonest masks are made here, a million
-- of them in a moment; the others are made one by one, by the same rule (masks.py).
create or replace temp table personal_keys as
select
    member_id,
    min(known_on) as known_on,
    case
        when regexp_full_match(member_id, '1[3-9][0-9]{9}') then left(member_id, 3) || '****' || right(member_id, 4)
        when regexp_full_match(member_id, '[a-z][a-z0-9_-]*:[^*@＠:]+')
            and not regexp_matches(member_id, '^name:|[0-9０-９][^A-Za-z]{5}')
            then regexp_extract(member_id, '^[a-z][a-z0-9_-]*:') || member_id[strpos(member_id, ':') + 1] || '***'
        when regexp_full_match(member_id, '([a-z][a-z0-9_-]*:)?[A-Za-z0-9][A-Za-z0-9_.+-]*@[A-Za-z0-9-]+([.][A-Za-z-]+)+')
            then regexp_replace(member_id, '([A-Za-z0-9])[A-Za-z0-9_.+-]*@', '\1***@')
    end as mask
from (
    select member_id, least(joined_on, first_order_on) as known_on from features
    union all
    select inviter_id as member_id, cast(null as date) as known_on from members
    union all
    select inviter_id as member_id, cast(null as date) as known_on from referrals
    union all
    select invitee_id as member_id, cast(null as date) as known_on from referrals
) as keys
where member_id is not null and regexp_matches(member_id, $suspect)
group by member_id;

-- name: shown_keys
-- Where several share a mask, a number tells them apart: by the first date known of them, so that who comes later takes
-- nobody's number, then by key.
create or replace temp table shown_keys as
select
    member_id,
    mask,
    case
        when count(*) over (partition by mask) = 1 then mask
        else mask || '~' || row_number() over (partition by mask order by known_on nulls last, member_id)
    end as shown
from (
    select member_id, known_on, coalesce(personal_keys.mask, other_masks.mask) as mask
    from personal_keys
    left join other_masks using (member_id)
) as masked
where mask <> member_id or contains(member_id, '*');

-- name: own_names
-- The names that stand in a text about the member who bears them.
select member_id, list(distinct name order by name)
from known_names
join members using (member_id)
where contains(concat_ws(chr(10), level, source_channel, city, gender, tags), name)
group by member_id;

-- name: names_in
-- The names that stand in some texts, of whatever member.
select distinct name
from known_names
where contains($texts, name)
order by name;

-- name: typed_texts
-- Whether anything personal was typed into a text about a member.
select 1 from members
where regexp_matches(concat_ws(chr(10), level, source_channel, city, gender, tags, owner, store), $suspect)
limit 1;

-- name: by_mask
-- The members whose key, phone or account looks like what was typed.
select distinct member_id
from (
    select member_id from shown_keys
    where $given in (shown, shown || '~1', mask) or ends_with(shown, ':' || $given) or ends_with(mask, ':' || $given)
    union all
    select member_id from people where phone like $pattern escape '\'
    union all
    select coalesce(member_key, phone_key, phone)
    from phone_keys
    left join member_links on member_links.member_id = phone
    where phone like $pattern escape '\' and not is_shared
    union all
    select account_key from account_keys where account = $given
    union all
    select member_id from features where ends_with(member_id, ':' || $given)
) as found
where member_id in (select member_id from features)
order by member_id
limit $most;
