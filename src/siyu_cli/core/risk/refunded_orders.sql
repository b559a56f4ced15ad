-- refunded_orders: one row per member who bought in the 365 days up to as_of: orders, and those of them given back.
--
-- reads   order_lines
-- takes   $as_of, $min_paid
--
-- An order is given back once anything of it was refunded by as_of.

with placed as (
    select
        member_id,
        order_id,
        cast(sum(paid_amount) as decimal(18, 2)) as paid,
        cast(sum(case when refunded_on is null or refunded_on <= $as_of then refunded_amount else 0 end) as decimal(18, 2))
            as refunded
    from order_lines
    where member_id is not null
      and ordered_on <= $as_of
      and date_diff('day', ordered_on, $as_of) < 365
      and status not in ('unpaid', 'cancelled')
    group by member_id, order_id
)

select
    member_id,
    count(*) as orders,
    count(case when refunded > 0 then 1 end) as given_back,
    cast(sum(refunded) as decimal(18, 2)) as refunded_amount
from placed
where paid > 0 and paid >= $min_paid
group by member_id
