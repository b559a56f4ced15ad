-- busy_days: one row per inviter and day on which ten or more of their invitees joined, beside their whole record.
--
-- reads   invites, inviter_records
-- takes   $as_of, $mature_days
--
-- Days so late that their invitees had no time to order say nothing yet.

with many as (
    select inviter_id, joined, active_days
    from inviter_records
    where joined >= 10
),

days as (
    select
        inviter_id,
        joined_on,
        count(*) as joined_that_day,
        count(case when is_ordered then 1 end) as ordered_that_day
    from invites
    join many using (inviter_id)
    where is_joined and date_diff('day', joined_on, $as_of) >= $mature_days
    group by inviter_id, joined_on
)

select inviter_id, joined_on, joined_that_day, ordered_that_day, joined, active_days
from days
join many using (inviter_id)
where joined_that_day >= 10
