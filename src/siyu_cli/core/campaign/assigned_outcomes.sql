-- assigned_outcomes: one row per member assigned: what they ordered within the horizon, and in as many days before.
--
-- reads   assigned_members, features, purchases
-- takes   $starts_on      the first day of the campaign
--         $horizon_days   how many days from it orders count
--
-- Members count in the arm they were assigned to, whatever became of them. Net sales are less refunds of those days.

with ahead as (
    select
        member_id,
        date_diff('day', $starts_on, ordered_on) as days,
        order_count as orders,
        paid_amount - refunded_amount as net
    from purchases
),

spent as (
    select
        member_id,
        cast(sum(case when days >= 0 and days < $horizon_days then orders else 0 end) as bigint) as placed,
        cast(sum(case when days >= 0 and days < $horizon_days then net else 0 end) as decimal(18, 2)) as net_within,
        cast(sum(case when days < 0 and days + $horizon_days >= 0 then net else 0 end) as decimal(18, 2)) as net_before
    from ahead
    group by member_id
),

known as (
    select member_id, true as is_member
    from features
)

select
    member_id,
    arm,
    cast(case when placed > 0 then 1 else 0 end as bigint) as purchase,
    cast(coalesce(net_within, 0) as double) as net_sales,
    cast(coalesce(net_before, 0) as double) as past_sales,
    case when is_member then true else false end as is_known
from assigned_members
left join spent using (member_id)
left join known using (member_id)
