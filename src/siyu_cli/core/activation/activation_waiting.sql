-- activation_waiting: one row per member whose first or second order may still come in time, and how many days they have.
--
-- reads   activations
-- takes   $as_of         the date the shop is looked at
--         $within_days   within how many days of joining, or of the first order, it must come

with waiting as (
    select
        member_id,
        case when has_bought then 'second_order' else 'first_order' end as awaited,
        case when has_bought then first_on else joined_on end as since_on,
        source_channel,
        owner,
        store
    from activations
    where (fate = 'counted' and not has_bought) or (fate <> 'earlier_orders' and has_bought and second_on is null)
),

dated as (
    select member_id, awaited, since_on, $within_days - date_diff('day', since_on, $as_of) as days_left, source_channel, owner, store
    from waiting
)

select member_id, awaited, since_on, days_left, source_channel, owner, store
from dated
where days_left >= 0
