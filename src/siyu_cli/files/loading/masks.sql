-- Who must not be shown as they are: keys that are phones, accounts or names, and names that stand in texts.
--
-- reads   members, referrals, points_log, level_log, people, known_names, member_links, phone_keys, account_keys; features, of core
-- writes  personal_keys, shown_keys, telling_names

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
    union all
    select member_id, changed_on as known_on from points_log
    union all
    select member_id, changed_on as known_on from level_log
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

-- name: telling_names
-- The names by which anybody is known in a text about somebody else: those people are registered by. A name that many
-- bear and that begins like no other is a word of the shop (散客); so may a nickname be, unless it is a full name.
create temp table if not exists telling_names as
select name, regexp_full_match(name, '[\x{3400}-\x{9fff}·]+') as is_chinese
from (
    select name, bool_or(not is_nickname) as is_registered, count(distinct member_id) as bearers
    from known_names
    group by name
    union all
    select distinct name, true as is_registered, 1 as bearers
    from people
    where length(name) > 1 and member_id not in (select member_id from known_names)
) as names
where length(name) <= 40 and not list_contains($ordinary, name) and (
    (regexp_full_match(name, $full_name) and (is_registered or length(name) > 2))
    or (is_registered and bearers <= greatest(3, (select count(*) from people) / 1000) and (regexp_full_match(name, '[\x{3400}-\x{9fff}·]{2,12}') or contains(name, ' ')))
);

-- name: names_in
-- The names that stand in each of some texts (asked_texts). Every piece of a text that is as long as a name is looked up:
-- the cost follows the texts, not the names.
with chinese as (
    select text, unnest(regexp_extract_all(text, '[\x{3400}-\x{9fff}·]{2,}')) as piece from asked_texts
),

latin as (
    select text, unnest(regexp_extract_all(text, '\p{Latin}[\p{Latin}.-]*(?: \p{Latin}[\p{Latin}.-]*)+')) as piece from asked_texts
),

sizes as (
    select distinct length(name) as size from telling_names where is_chinese
),

parts as (
    select piece, substring(piece, start, size) as part
    from (
        select piece, size, unnest(range(1, length(piece) - size + 2)) as start
        from (select distinct piece from chinese) as pieces
        cross join sizes
    ) as places
    union all
    select piece, array_to_string(words[start:start + size - 1], ' ') as part
    from (
        select piece, words, size, unnest(range(1, len(words) - size + 2)) as start
        from (select distinct piece, string_split(piece, ' ') as words from latin) as pieces
        cross join (values (2), (3), (4)) as counts (size)
    ) as places
),

found as (
    select distinct piece, part as name from parts where part in (select name from telling_names)
)

select text, list(distinct name order by name) as names
from (
    select text, piece from chinese
    union all
    select text, piece from latin
) as pieces
join found using (piece)
group by text;

-- name: typed_texts
-- Whether a phone or the like was typed into a text about a member.
select 1 from members
where regexp_matches(concat_ws(chr(10), level, source_channel, city, gender, tags, owner, store), $suspect)
limit 1;

-- name: member_texts
-- What was typed about members, each text once.
select distinct unnest([level, source_channel, city, gender, tags]) as text from members;

-- name: keys_of
-- The member each of some names is, by id, another of their ids, phone, or the mask they are shown by.
select name, coalesce(member_key, features.member_id, phone_key, shown_keys.member_id) as found
from (select unnest(cast($names as varchar[])) as name) as asked
left join member_links on member_links.member_id = name
left join features on features.member_id = name
left join phone_keys on phone_keys.phone = name
left join shown_keys on shown = name
where coalesce(member_key, features.member_id, phone_key, shown_keys.member_id) is not null;

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
