-- funnel_waits: one row per part, step and days waited for the next: how many waited, how many of them until it came.
--
-- reads   funnel_reached, funnel_ways
-- takes   $as_of   the date the shop is looked at: whoever has not come yet waits until then
--         $steps   how many steps there are
--
-- Here the window ends nothing, and nobody is too young.

with followed as (
    select member_id, part, place, previous_on, reached_on
    from funnel_reached
    join funnel_ways using (member_id, entry_on)
),

waited as (
    select part, place - 1 as number, date_diff('day', previous_on, reached_on) as days, 1 as came
    from followed
    where place > 1
    union all
    select part, number, date_diff('day', last_on, $as_of) as days, 0 as came
    from (
        select member_id, part, max(place) as number, max(reached_on) as last_on
        from followed
        group by member_id, part
    ) as lasts
    where number < $steps
)

select part, number, days, count(*) as members, cast(sum(came) as bigint) as returned
from waited
group by part, number, days
