-- bracket_counts: one row per part and bracket of days, how many of those old enough came back in it.
--
-- reads   revisits, brackets

with seen as (
    select member_id, part, first_day, last_day
    from revisits
    join brackets on days between first_day and last_day
    where age_days >= last_day
    group by member_id, part, first_day, last_day
)

select part, first_day, last_day, count(*) as active
from seen
group by part, first_day, last_day
