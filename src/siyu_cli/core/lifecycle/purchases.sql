-- purchases: one row per member and date they bought on, and one per member and date of other movements of money.
--
-- reads   order_lines
-- takes   $as_of      the date the shop is looked at; nothing after it exists
--         $min_paid   the least an order must have paid to be a purchase; 0 counts free orders
--
-- A row with order_count = 0 holds the refunds and free orders of its date: it counts as money, never as a
-- purchase. A refund falls on its own date where the export has one, else on the date of its order.
-- gap_days is how long before the member had last bought; a first purchase has none, nor have refunds.

with existing as (
    select
        member_id,
        order_id,
        ordered_on as line_on,
        is_delivered,
        paid_amount,
        case when refunded_on is null or refunded_on <= $as_of then refunded_amount else 0 end as known_refund,
        case when refunded_on is null then refunded_amount else 0 end as undated_refund
    from order_lines
    where member_id is not null
      and ordered_on <= $as_of
      and status not in ('unpaid', 'cancelled')
),

placed as (
    select
        member_id,
        order_id,
        min(line_on) as ordered_on,
        cast(sum(paid_amount) as decimal(18, 2)) as paid,
        cast(sum(known_refund) as decimal(18, 2)) as refunded,
        cast(sum(undated_refund) as decimal(18, 2)) as refunded_undated,
        count(case when is_delivered then 1 end) as delivered_lines
    from existing
    group by member_id, order_id
),

-- Paid and then refunded in full is a purchase only where the goods are known to have left the shop.
movements as (
    select
        member_id,
        ordered_on,
        case
            when paid >= $min_paid and (paid <= 0 or refunded < paid or delivered_lines > 0) then 1
            else 0
        end as orders,
        case when paid > 0 then paid else 0 end as paid,
        case
            when paid < 0 then cast(refunded_undated - paid as decimal(18, 2))
            else refunded_undated
        end as refunded
    from placed
    union all
    select
        member_id,
        refunded_on as ordered_on,
        0 as orders,
        cast(0 as decimal(18, 2)) as paid,
        refunded_amount as refunded
    from order_lines
    where member_id is not null
      and refunded_amount <> 0
      and refunded_on <= $as_of
      and ordered_on <= $as_of
      and status not in ('unpaid', 'cancelled')
),

-- Nearly every purchase is its day's only one: grouping the few that are not is cheaper than grouping them all.
visits as (
    select
        member_id,
        ordered_on,
        paid,
        refunded,
        lag(ordered_on) over dates as visited_before,
        count(*) over same_date as orders_that_day
    from movements
    where orders > 0
    window
        dates as (partition by member_id order by ordered_on nulls last),
        same_date as (
            partition by member_id order by ordered_on nulls last range between current row and current row
        )
),

merged as (
    select
        member_id,
        ordered_on,
        orders_that_day as order_count,
        paid as paid_amount,
        refunded as refunded_amount,
        visited_before as previous_on
    from visits
    where orders_that_day = 1
    union all
    select
        member_id,
        ordered_on,
        count(*) as order_count,
        cast(sum(paid) as decimal(18, 2)) as paid_amount,
        cast(sum(refunded) as decimal(18, 2)) as refunded_amount,
        min(case when visited_before < ordered_on then visited_before end) as previous_on
    from visits
    where orders_that_day > 1
    group by member_id, ordered_on
    union all
    select
        member_id,
        ordered_on,
        0 as order_count,
        cast(sum(paid) as decimal(18, 2)) as paid_amount,
        cast(sum(refunded) as decimal(18, 2)) as refunded_amount,
        null as previous_on
    from movements
    where orders = 0
    group by member_id, ordered_on
)

select
    member_id,
    ordered_on,
    order_count,
    paid_amount,
    refunded_amount,
    date_diff('day', previous_on, ordered_on) as gap_days
from merged
