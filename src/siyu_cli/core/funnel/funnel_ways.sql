-- funnel_ways: one row per member who entered: the way that took them furthest within the window, the earliest of these.
--
-- reads   funnel_entries, funnel_reached
-- takes   $as_of         the date the shop is looked at
--         $window_days   how many days after the first step count, the last one included
--         $ripe_days     how old an entry must be to be counted: whoever is younger may still go on
--
-- depth is how many steps it took within the window.

with inside as (
    select member_id, entry_on as entered_on, count(*) as steps_taken
    from funnel_reached
    where date_diff('day', entry_on, reached_on) <= $window_days
    group by member_id, entry_on
),

furthest as (
    select member_id, max(steps_taken) as depth
    from inside
    group by member_id
),

chosen as (
    select member_id, depth, min(entered_on) as entry_on
    from inside
    join furthest using (member_id)
    where steps_taken = depth
    group by member_id, depth
),

aged as (
    select member_id, part, entry_on, depth, date_diff('day', entry_on, $as_of) as age_days
    from chosen
    join funnel_entries using (member_id, entry_on)
)

select
    member_id,
    part,
    entry_on,
    depth,
    age_days,
    case when age_days >= $ripe_days then true else false end as is_ripe
from aged
