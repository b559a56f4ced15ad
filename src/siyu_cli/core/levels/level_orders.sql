-- level_orders: one row per order that was paid: whose, when, how much.
--
-- reads   order_lines
-- takes   $as_of
--
-- An order whose rows add up to less than nothing is a return of no order that is known: its amount is below 0.

with existing as (
    select
        member_id,
        order_id,
        ordered_on as line_on,
        paid_amount as line_paid
    from order_lines
    where member_id is not null
      and ordered_on <= $as_of
      and status not in ('unpaid', 'cancelled')
)

select
    member_id,
    order_id,
    min(line_on) as ordered_on,
    cast(sum(line_paid) as decimal(18, 2)) as paid_amount
from existing
group by member_id, order_id
