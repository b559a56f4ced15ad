-- acquired_days: one row per source, shares, month and day after members came: what they paid and got back on it.
--
-- reads   acquired, purchases
--
-- Money that moved before a member came is in no lifetime.

with moved as (
    select
        source,
        shares,
        cohort,
        date_diff('day', start_on, ordered_on) as days,
        paid_amount as paid,
        refunded_amount as refunded
    from purchases
    join acquired using (member_id)
)

select
    source,
    shares,
    cohort,
    days,
    cast(sum(paid) as decimal(18, 2)) as paid_amount,
    cast(sum(refunded) as decimal(18, 2)) as refunded_amount
from moved
where days >= 0
group by source, shares, cohort, days
