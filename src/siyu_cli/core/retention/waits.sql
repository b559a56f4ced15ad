-- waits: one row per part, number of a purchase day and days waited for the next: how many waited, how many of them in vain.
--
-- reads   milestones, starts
-- takes   $as_of
--
-- number 1 is the wait from the first to the second purchase day. Whoever has not come yet waits until as_of.

with begun as (
    select part, first_on, second_on, third_on, fourth_on, fifth_on
    from milestones
    join starts using (member_id)
    where first_period is not null
),

spans as (
    select part, 1 as number, first_on as from_on, second_on as to_on from begun
    union all
    select part, 2 as number, second_on as from_on, third_on as to_on from begun
    union all
    select part, 3 as number, third_on as from_on, fourth_on as to_on from begun
    union all
    select part, 4 as number, fourth_on as from_on, fifth_on as to_on from begun
),

waited as (
    select part, number, date_diff('day', from_on, coalesce(to_on, $as_of)) as days, to_on is not null as is_over
    from spans
    where from_on is not null
)

select part, number, days, count(*) as members, count(case when is_over then 1 end) as returned
from waited
group by part, number, days
