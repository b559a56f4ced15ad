-- funnel_dropped: one row per member who took a step within the window and not the next one: when, and what is left of it.
--
-- reads   funnel_reached, funnel_ways, members
-- takes   $place         the last step they took
--         $window_days   how many days after the first step count
--         $is_bounded    whether there is a window at all

with stopped as (
    select member_id, entry_on, reached_on, age_days
    from funnel_reached
    join funnel_ways using (member_id, entry_on)
    where depth = $place and place = $place
)

select
    member_id,
    entry_on,
    reached_on,
    case when $is_bounded and age_days <= $window_days then $window_days - age_days end as days_left,
    owner,
    store
from stopped
left join (select member_id, owner, store from members) as known using (member_id)
