-- assigned_returns: one row per member assigned who had bought before: how long they had been silent, who came back.
--
-- reads   assigned_members, purchases, silence_bands
-- takes   $looked_from   the day before the first day that counts; silence is counted up to it
--         $horizon_days  how many days after it are looked at, its last included
--         $silent_days   only who was silent for longer; -1: everybody
--
-- Members count in the arm they were assigned to, reached or not. Net sales are less refunds of those days.

with dated as (
    select
        member_id,
        arm,
        order_count > 0 as is_visit,
        paid_amount - refunded_amount as net,
        date_diff('day', $looked_from, ordered_on) as days
    from purchases
    join assigned_members using (member_id)
),

people as (
    select
        member_id,
        arm,
        0 - max(case when is_visit and days <= 0 then days end) as silent_days,
        cast(max(case when is_visit and days > 0 and days <= $horizon_days then 1 else 0 end) as bigint) as returned,
        cast(sum(case when days > 0 and days <= $horizon_days then net else 0 end) as decimal(18, 2)) as net_after
    from dated
    group by member_id, arm
)

select
    member_id,
    arm,
    silent_from,
    returned,
    cast(net_after as double) as net_sales
from people
join silence_bands on silent_days between silent_from and silent_to
where silent_days > $silent_days
