-- event_days: one row per member and date of an event, as purchases has dates of orders; no money is in it.
--
-- reads   events
-- takes   $kind   the kind of event; 'event' is any that members did themselves

select
    member_id,
    happened_on as ordered_on,
    1 as order_count,
    cast(0 as decimal(18, 2)) as paid_amount,
    cast(0 as decimal(18, 2)) as refunded_amount
from events
where kind = $kind or ($kind = 'event' and kind <> 'contact' and kind <> 'coupon_issued')
group by member_id, happened_on
