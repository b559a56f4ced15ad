-- funnel_together: one row per way and step it took, whichever steps came first: steps in any order.
--
-- reads   funnel_entries, funnel_happenings, funnel_wanted
--
-- funnel_wanted says how often a kind is asked for: two steps of a kind need two dates. place counts the steps taken.

with ahead as (
    select
        member_id,
        entry_on,
        kind,
        happened_on,
        row_number() over (partition by member_id, entry_on, kind order by happened_on nulls last) as nth
    from funnel_entries
    join funnel_happenings using (member_id)
    where happened_on >= entry_on
),

taken as (
    select
        member_id,
        entry_on,
        happened_on,
        row_number() over (partition by member_id, entry_on order by happened_on nulls last, kind nulls last) as place,
        lag(happened_on) over (partition by member_id, entry_on order by happened_on nulls last, kind nulls last)
            as previous_on
    from ahead
    join funnel_wanted using (kind)
    where nth <= times
)

select member_id, entry_on, place, previous_on, happened_on as reached_on
from taken
