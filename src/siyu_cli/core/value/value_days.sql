-- value_days: one row per part, cohort, first day and day after it: what members who began on that day brought on it.
--
-- reads   purchases, starts
--
-- Net sales: refunds lower the day they fall on. Money that moved before a member began is in no lifetime.

with moved as (
    select
        part,
        cohort,
        start_on,
        age_days,
        date_diff('day', start_on, ordered_on) as days,
        paid_amount - refunded_amount as net
    from purchases
    join starts using (member_id)
    where start_on is not null
)

select part, cohort, start_on, age_days, days, cast(sum(net) as decimal(18, 2)) as net_sales
from moved
where days >= 0
group by part, cohort, start_on, age_days, days
