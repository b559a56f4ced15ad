-- level_refunds: one row per order and day on which some of it was given back.
--
-- reads   order_lines
-- takes   $as_of
--
-- A refund without a date counts on the date of its order.

with refunds as (
    select
        member_id,
        order_id,
        coalesce(refunded_on, ordered_on) as lost_on,
        refunded_amount as line_refunded
    from order_lines
    where member_id is not null
      and ordered_on <= $as_of
      and refunded_amount > 0
      and status not in ('unpaid', 'cancelled')
)

select
    member_id,
    order_id,
    lost_on,
    cast(sum(line_refunded) as decimal(18, 2)) as refunded_amount
from refunds
where lost_on <= $as_of
group by member_id, order_id, lost_on
