-- rule_breaches: one row: what of the rewards the law looks at.
--
-- reads   referrals, links
-- takes   $as_of
--         $campaign   '' for all of them
--
-- A reward for somebody else's invitee is paid one or two levels further up: its row names who brought the inviter.

with paid as (
    select inviter_id, invitee_id, reward_amount, reward_level, entry_fee
    from referrals
    where (invited_on is null or invited_on <= $as_of) and ($campaign = '' or campaign = $campaign)
),

parents as (
    select invitee_id, inviter_id as parent_id
    from links
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
        inviter_id,
        reward_amount,
        entry_fee,
        reward_level,
        case
            when reward_amount > 0 and inviter_id = parent_id then 1
            when reward_amount > 0 and inviter_id = grandparent_id then 2
            when reward_amount > 0 and inviter_id = great_grandparent_id then 3
            when reward_amount > 0 then 1
        end as paid_level
    from paid
    left join parents using (invitee_id)
    left join grandparents using (parent_id)
    left join great_grandparents using (grandparent_id)
)

select
    cast(max(case when reward_level > paid_level then reward_level else paid_level end) as bigint) as reward_depth,
    count(case when entry_fee > 0 then 1 end) as entry_fees,
    max(reward_amount) as largest_reward
from levels
