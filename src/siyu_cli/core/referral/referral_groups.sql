-- referral_groups: one row per campaign, variant, source and channel that occur together: what their invites brought.
--
-- reads   outcomes

with money as (
    select *, coalesce(reward_amount, 0) as reward, coalesce(net_sales, 0) as sales
    from outcomes
)

select
    campaign,
    variant,
    referral_source,
    source_channel,
    count(*) as invites,
    count(case when kind = 'unknown_inviter' then 1 end) as unnamed_inviters,
    count(case when kind = 'self_invite' then 1 end) as self_invites,
    count(case when kind = 'open' then 1 end) as open,
    count(case when kind = 'duplicate' then 1 end) as duplicates,
    count(case when kind = 'link' then 1 end) as links,
    count(case when kind = 'link' and not is_inviter_known then 1 end) as strange_inviters,
    count(case when kind = 'link' and not is_invitee_known then 1 end) as unknown_invitees,
    count(case when is_joined then 1 end) as joined,
    count(case when is_existing then 1 end) as existing,
    count(case when is_new then 1 end) as new_members,
    count(case when is_ordered then 1 end) as ordered,
    count(case when is_retained then 1 end) as retained,
    count(case when is_lost then 1 end) as lost,
    count(case when is_suspicious then 1 end) as suspicious,
    count(case when is_ordered and not is_suspicious then 1 end) as activated,
    cast(sum(reward) as decimal(18, 2)) as reward_amount,
    cast(sum(sales) as decimal(18, 2)) as net_sales
from money
group by campaign, variant, referral_source, source_channel
