-- event_starts: one row per member, when they began as in starts, and in which period their first event was.
--
-- reads   milestones, periods, starts
--
-- milestones holds dates of events here. A member who was never seen in one has no first period.

with seen as (
    select member_id, part, fate, start_on, age_days, cohort, is_newcomer, first_on, second_on
    from starts
    left join milestones using (member_id)
)

select
    member_id,
    part,
    fate,
    start_on,
    age_days,
    cohort,
    first_event_period as first_period,
    case when second_period = cohort then true else false end as is_repeat,
    is_newcomer
from seen
left join (select day as first_on, period as first_event_period from periods) as of_first using (first_on)
left join (select day as second_on, period as second_period from periods) as of_second using (second_on)
