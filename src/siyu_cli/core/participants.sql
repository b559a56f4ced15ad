-- participants: one row per person who takes part: when they began, their generation, what their invites brought.
--
-- reads   outcomes, members, forest
-- takes   $as_of
--         $campaign   '' for all; holders of invite codes belong to no single one
--
-- generation is empty on and below a cycle, and for those whose inviter cannot be found: they are no seeds.

with roles as (
    select
        invitee_id as member_id,
        1 as is_invitee,
        joined_on as linked_on,
        cast(null as date) as sent_on,
        0 as invites_part,
        0 as joined_part,
        0 as ordered_part
    from outcomes
    where is_joined
    union all
    select
        inviter_id as member_id,
        0 as is_invitee,
        cast(null as date) as linked_on,
        since_on as sent_on,
        1 as invites_part,
        case when is_joined then 1 else 0 end as joined_part,
        case when is_ordered then 1 else 0 end as ordered_part
    from outcomes
    where inviter_id is not null
    union all
    select
        member_id,
        0 as is_invitee,
        cast(null as date) as linked_on,
        cast(null as date) as sent_on,
        0 as invites_part,
        0 as joined_part,
        0 as ordered_part
    from members
    where has_invite_code and $campaign = '' and (joined_on is null or joined_on <= $as_of)
),

strays as (
    select invitee_id as member_id, true as is_stray
    from outcomes
    where kind = 'unknown_inviter' and invitee_id is not null
    group by invitee_id
),

people as (
    select
        member_id,
        max(is_invitee) as was_invited,
        case when max(is_invitee) = 1 then max(linked_on) else min(sent_on) end as began_on,
        cast(sum(invites_part) as bigint) as invites,
        cast(sum(joined_part) as bigint) as joined,
        cast(sum(ordered_part) as bigint) as ordered
    from roles
    group by member_id
)

select
    member_id,
    began_on,
    case when was_invited = 1 then generation when is_stray is null then cast(0 as bigint) end as generation,
    invites,
    joined,
    ordered
from people
left join forest using (member_id)
left join strays using (member_id)
