-- funnel_spans: one row per part, step, what days are counted since and days: how many of those old enough took so long.
--
-- reads   funnel_reached, funnel_ways

with taken as (
    select part, place, entry_on, previous_on, reached_on
    from funnel_reached
    join funnel_ways using (member_id, entry_on)
    where is_ripe and place > 1 and place <= depth
),

spans as (
    select part, place, 'previous' as since, date_diff('day', previous_on, reached_on) as days
    from taken
    union all
    select part, place, 'entry' as since, date_diff('day', entry_on, reached_on) as days
    from taken
)

select part, place, since, days, count(*) as members
from spans
group by part, place, since, days
