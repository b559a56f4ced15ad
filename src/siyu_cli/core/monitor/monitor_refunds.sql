-- monitor_refunds: one row per part and day: orders placed on it, those of them refunded since, refunds made on it.
--
-- reads   order_lines, features
-- takes   $as_of   nothing after it exists
--
-- undated counts orders whose refund has no date of its own. A negative order that names no other is a refund on its
-- date, and no order.

with known as (
    select
        member_id,
        '' as part
    from features
),

placed as (
    select
        member_id,
        order_id,
        min(ordered_on) as placed_on,
        max(case when refunded_amount <> 0 then refunded_on end) as returned_on,
        cast(sum(paid_amount) as decimal(18, 2)) as paid,
        cast(sum(case when refunded_on is null or refunded_on <= $as_of then refunded_amount else 0 end)
            as decimal(18, 2)) as returned,
        count(case when refunded_amount <> 0 and refunded_on is null then 1 end) as undated_lines
    from order_lines
    where member_id is not null
      and ordered_on <= $as_of
      and status not in ('unpaid', 'cancelled')
    group by member_id, order_id
),

told_of as (
    select
        member_id,
        placed_on as day,
        1 as is_placed,
        case when returned > 0 then 1 else 0 end as is_given_back,
        0 as is_refund,
        case when returned > 0 and undated_lines > 0 then 1 else 0 end as is_undated
    from placed
    where paid > 0
    union all
    select
        member_id,
        returned_on as day,
        0 as is_placed,
        0 as is_given_back,
        1 as is_refund,
        0 as is_undated
    from placed
    where returned > 0 and returned_on <= $as_of
    union all
    select
        member_id,
        placed_on as day,
        0 as is_placed,
        0 as is_given_back,
        1 as is_refund,
        0 as is_undated
    from placed
    where paid < 0
)

select
    part,
    day,
    cast(sum(is_placed) as bigint) as placed_orders,
    cast(sum(is_given_back) as bigint) as given_back,
    cast(sum(is_refund) as bigint) as refunds,
    cast(sum(is_undated) as bigint) as undated
from told_of
join known using (member_id)
group by part, day
