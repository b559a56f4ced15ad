-- rule_breaches: one row: what of the rewards the law looks at.
--
-- reads   referrals, invites, links
-- takes   $as_of
--         $campaign   '' for all of them
--
-- A reward for somebody else's invitee is paid one or two levels further up: its row names who brought the inviter.

with paid as (
    select reward_amount, reward_level, entry_fee
    from referrals
    where (invited_on is null or invited_on <= $as_of) and ($campaign = '' or campaign = $campaign)
),

parents as (
    select invitee_id, inviter_id as parent_id
    from links
),

-- Who is paid for somebody who came by another has a duplicate.
indirect as (
    select inviter_id, parent_id
    from invites
    join parents using (invitee_id)
    where kind = 'duplicate' and reward_amount > 0
),

grandparents as (
    select invitee_id as parent_id, inviter_id as grandparent_id
    from links
),

great_grandparents as (
    select invitee_id as grandparent_id, inviter_id as great_grandparent_id
    from links
),

levels as (
    select
        case
            when inviter_id = grandparent_id then 2
            when inviter_id = great_grandparent_id then 3
        end as paid_level,
        0 as fee,
        cast(null as decimal(18, 2)) as reward
    from indirect
    join grandparents using (parent_id)
    left join great_grandparents using (grandparent_id)
    union all
    select
        case when reward_amount > 0 and reward_level > 1 then reward_level when reward_amount > 0 then 1 end as paid_level,
        case when entry_fee > 0 then 1 else 0 end as fee,
        reward_amount as reward
    from paid
)

select
    cast(max(paid_level) as bigint) as reward_depth,
    coalesce(cast(sum(fee) as bigint), 0) as entry_fees,
    max(reward) as largest_reward
from levels
