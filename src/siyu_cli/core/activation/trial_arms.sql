-- trial_arms: one row per trial, step and arm: how many were drawn into it, how many of them bought within the window.
--
-- reads   events, purchases
-- takes   $as_of         the date the shop is looked at
--         $within_days   within how many days after they were drawn they must have bought
--
-- A trial is a campaign, or what an event was about. Members count by the first date on which it names an arm for them,
-- whatever came of it; who is in two arms on that date, or was drawn too lately, does not count. step is the order that
-- was still to come: of who had bought on two days already it is neither.

with drawn as (
    select member_id, coalesce(campaign, title, '') as trial, happened_on, assigned_arm
    from events
    where assigned_arm is not null and happened_on <= $as_of
),

first_dates as (
    select member_id, trial, min(happened_on) as drawn_on
    from drawn
    group by member_id, trial
),

drawn_once as (
    select member_id, trial, drawn_on, min(assigned_arm) as arm, max(assigned_arm) as other_arm
    from drawn
    join first_dates using (member_id, trial)
    where happened_on = drawn_on
    group by member_id, trial, drawn_on
),

followed as (
    select member_id, trial, arm, drawn_on, ordered_on
    from drawn_once
    left join (select member_id, ordered_on from purchases where order_count > 0) as bought using (member_id)
    where arm = other_arm and date_diff('day', drawn_on, $as_of) >= $within_days
),

counted as (
    select
        member_id,
        trial,
        arm,
        count(case when ordered_on <= drawn_on then 1 end) as days_before,
        count(case when ordered_on > drawn_on and date_diff('day', drawn_on, ordered_on) <= $within_days then 1 end) as days_after
    from followed
    group by member_id, trial, arm
),

steps as (
    select trial, arm, days_after, case when days_before = 0 then 'first_order' else 'second_order' end as awaited
    from counted
    where days_before < 2
)

select trial, awaited, arm, count(*) as members, count(case when days_after > 0 then 1 end) as returned
from steps
group by trial, awaited, arm
