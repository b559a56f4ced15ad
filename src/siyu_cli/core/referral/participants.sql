-- participants: one row per person who takes part: when they began, their generation, what their invites brought.
--
-- reads   outcomes, members
-- takes   $as_of
--         $campaign   '' for all; holders of invite codes belong to no single one
--
-- generation is empty on and below a cycle, and for those whose inviter cannot be found: they are no seeds.

with invitees as (
    select invitee_id as member_id, joined_on as linked_on, generation as linked_generation, true as was_invited
    from outcomes
    where is_joined
),

senders as (
    select
        inviter_id as member_id,
        min(since_on) as sent_on,
        count(*) as sent,
        count(case when is_joined then 1 end) as brought,
        count(case when is_ordered then 1 end) as converted
    from outcomes
    where inviter_id is not null
    group by inviter_id
),

holders as (
    select member_id, true as is_holder
    from members
    where has_invite_code and $campaign = '' and (joined_on is null or joined_on <= $as_of)
),

strays as (
    select invitee_id as member_id, true as is_stray
    from outcomes
    where kind = 'unknown_inviter' and invitee_id is not null
    group by invitee_id
)

select
    member_id,
    case when was_invited then linked_on else sent_on end as began_on,
    case when was_invited then linked_generation when is_stray is null then cast(0 as bigint) end as generation,
    coalesce(sent, 0) as invites,
    coalesce(brought, 0) as joined,
    coalesce(converted, 0) as ordered
from invitees
full join senders using (member_id)
full join holders using (member_id)
left join strays using (member_id)
