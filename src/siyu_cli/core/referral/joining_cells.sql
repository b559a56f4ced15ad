-- joining_cells: one row per day of joining and channel: new members brought by others and members nobody brought.
--
-- reads   features, members, outcomes, referrals
--
-- Sums of net sales and of their squares are all a comparison needs.

with brought as (
    select invitee_id as member_id, is_new
    from outcomes
    where is_joined
),

-- By whatever campaign.
invited as (
    select invitee_id as member_id, true as was_invited
    from referrals
    where invitee_id is not null and inviter_id is not null and inviter_id <> invitee_id
    group by invitee_id
),

channels as (
    select member_id, source_channel
    from members
    where is_registered
),

registered as (
    select
        joined_on,
        source_channel,
        case when is_new then true else false end as is_referred,
        order_days,
        cast(net_sales as double) as sales
    from features
    join channels using (member_id)
    left join brought using (member_id)
    left join invited using (member_id)
    where joined_on is not null and (is_new or (is_new is null and was_invited is null))
)

select
    joined_on,
    source_channel,
    is_referred,
    count(*) as members,
    count(case when order_days > 0 then 1 end) as buyers,
    cast(sum(sales) as double) as net_sales,
    cast(sum(sales * sales) as double) as squared_net_sales
from registered
group by joined_on, source_channel, is_referred
