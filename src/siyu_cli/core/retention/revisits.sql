-- revisits: one row per member and later purchase day, how many days after their start it was.
--
-- reads   purchases, starts

with dated as (
    select member_id, part, age_days, date_diff('day', start_on, ordered_on) as days
    from purchases
    join starts using (member_id)
    where order_count > 0 and start_on is not null
)

select member_id, part, age_days, days
from dated
where days >= 1
