-- inviter_summary: one row per inviter with at least $least_joined joined invitees: what they brought and what it cost.
--
-- reads   outcomes, inviter_records
-- takes   $least_joined

with top as (
    select inviter_id
    from inviter_records
    where joined >= $least_joined
),

money as (
    select
        inviter_id, is_joined, is_new, is_ordered, is_retained, is_lost, is_suspicious,
        coalesce(reward_amount, 0) as reward,
        coalesce(net_sales, 0) as sales
    from outcomes
    join top using (inviter_id)
),

records as (
    select
        inviter_id,
        count(*) as invites,
        count(case when is_joined then 1 end) as joined,
        count(case when is_new then 1 end) as new_members,
        count(case when is_ordered then 1 end) as ordered,
        count(case when is_retained then 1 end) as retained,
        count(case when is_lost then 1 end) as lost,
        count(case when is_suspicious then 1 end) as suspicious,
        count(case when is_ordered and not is_suspicious then 1 end) as activated,
        cast(sum(reward) as decimal(18, 2)) as reward_amount,
        cast(sum(sales) as decimal(18, 2)) as net_sales
    from money
    group by inviter_id
)

select
    inviter_id, invites, joined, new_members, ordered, retained, lost, suspicious, activated, reward_amount, net_sales
from records
