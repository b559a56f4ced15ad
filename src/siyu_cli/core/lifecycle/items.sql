-- items: one row per item of a purchase, and one per item that came back of one: what was bought, when, for how much.
--
-- reads   order_lines, order_items
-- takes   $as_of      the date the shop is looked at; nothing after it exists
--         $min_paid   the least an order must have paid to be a purchase; 0 counts free orders
--
-- An order is a purchase by the same rule as in purchases. What came back has a quantity below 0.

with bought as (
    select member_id, order_id
    from (
        select
            member_id,
            order_id,
            cast(sum(paid_amount) as decimal(18, 2)) as paid,
            cast(sum(
                case when refunded_on is null or refunded_on <= $as_of then refunded_amount else 0 end
            ) as decimal(18, 2)) as refunded,
            count(case when is_delivered then 1 end) as delivered_lines
        from order_lines
        where member_id is not null
          and ordered_on <= $as_of
          and status not in ('unpaid', 'cancelled')
        group by member_id, order_id
    ) as placed
    where paid >= $min_paid
      and (paid <= 0 or refunded < paid or delivered_lines > 0)
)

select
    member_id,
    order_id,
    ordered_on,
    product,
    sku,
    category,
    quantity,
    unit_price,
    paid_amount,
    case when refunded_on is null or refunded_on <= $as_of then refunded_amount end as refunded_amount,
    refunded_on
from order_items
join bought using (member_id, order_id)
where ordered_on <= $as_of
