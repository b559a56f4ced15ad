-- viral_cycle: one row: the median of days from an inviter's own joining to their invitees' joining.
--
-- reads   outcomes

with own as (
    select invitee_id as inviter_id, joined_on as linked_on
    from outcomes
    where is_joined
),

cycles as (
    select date_diff('day', coalesce(linked_on, inviter_joined_on), joined_on) as cycle_days
    from outcomes
    left join own using (inviter_id)
    where is_joined
)

select cast(median(case when cycle_days >= 0 then cycle_days end) as double) as viral_cycle_days
from cycles
