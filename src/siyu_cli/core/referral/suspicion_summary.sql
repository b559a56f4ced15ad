-- suspicion_summary: one row per reason to look: how many inviters, invitees and invites, and what was paid for them.
--
-- reads   suspicions

with pairs as (
    select reason, inviter_id, invitee_id, count(*) as rows_told, cast(sum(coalesce(reward_amount, 0)) as decimal(18, 2)) as reward
    from suspicions
    group by reason, inviter_id, invitee_id
),

by_inviter as (
    select reason, count(*) as inviters
    from (
        select reason, inviter_id
        from pairs
        where inviter_id is not null
        group by reason, inviter_id
    ) as inviters_of_reason
    group by reason
),

by_invitee as (
    select reason, count(*) as invitees
    from (
        select reason, invitee_id
        from pairs
        where invitee_id is not null
        group by reason, invitee_id
    ) as invitees_of_reason
    group by reason
),

by_reason as (
    select
        reason,
        cast(sum(rows_told) as bigint) as invites,
        cast(sum(reward) as decimal(18, 2)) as reward_amount
    from pairs
    group by reason
)

select reason, coalesce(inviters, 0) as inviters, coalesce(invitees, 0) as invitees, invites, reward_amount
from by_reason
left join by_inviter using (reason)
left join by_invitee using (reason)
