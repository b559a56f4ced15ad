-- coupon_orders: one row per order of a member who ever redeemed a coupon: whether one was redeemed for it.
--
-- reads   order_lines, events
-- takes   $as_of, $min_paid
--
-- A redemption that names its order belongs to it, another to every order of its day.

with redeemed as (
    select member_id, order_id, happened_on
    from events
    where kind = 'coupon_redeemed' and happened_on <= $as_of
),

redeemers as (
    select member_id
    from redeemed
    group by member_id
),

numbered as (
    select member_id, order_id, true as is_numbered
    from redeemed
    where order_id is not null
    group by member_id, order_id
),

dated as (
    select member_id, happened_on as ordered_on, true as is_dated
    from redeemed
    where order_id is null
    group by member_id, happened_on
),

existing as (
    select member_id, order_id, ordered_on as line_on, paid_amount
    from order_lines
    join redeemers using (member_id)
    where ordered_on <= $as_of and status not in ('unpaid', 'cancelled')
),

placed as (
    select member_id, order_id, min(line_on) as ordered_on, cast(sum(paid_amount) as decimal(18, 2)) as paid
    from existing
    group by member_id, order_id
)

select
    member_id,
    order_id,
    ordered_on,
    case when is_numbered or is_dated then true else false end as is_with_coupon
from placed
left join numbered using (member_id, order_id)
left join dated using (member_id, ordered_on)
where paid >= $min_paid
