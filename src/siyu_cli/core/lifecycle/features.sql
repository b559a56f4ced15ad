-- features: one row per member, buyer or not.
--
-- reads   members, purchases
-- takes   $as_of, $welcome_points
--
-- A member joined after as_of exists only if they ordered before. Totals of a members export stand in for
-- a log that is missing (history = totals) or holds less (history = partial); totals that run past as_of
-- prove that purchases were made, and say nothing about how many by then.

with aged as (
    select
        member_id,
        gap_days,
        case when order_count > 0 then ordered_on end as visited_on,
        date_diff('day', ordered_on, $as_of) as age_days,
        order_count as orders,
        paid_amount as paid,
        refunded_amount as refunded,
        paid_amount - refunded_amount as net
    from purchases
),

logged as (
    select
        member_id,
        true as is_logged,
        min(visited_on) as log_first_on,
        max(visited_on) as log_last_on,
        count(visited_on) as log_days,
        cast(median(gap_days) as double) as median_gap_days,
        cast(sum(orders) as bigint) as log_orders,
        cast(sum(paid) as decimal(18, 2)) as log_paid,
        cast(sum(refunded) as decimal(18, 2)) as log_refunded,
        cast(sum(case when age_days < 90 then orders else 0 end) as bigint) as log_orders_90d,
        cast(sum(case when age_days < 365 then orders else 0 end) as bigint) as log_orders_365d,
        cast(sum(case when age_days < 90 then net else 0 end) as decimal(18, 2)) as log_net_90d,
        cast(sum(case when age_days < 365 then net else 0 end) as decimal(18, 2)) as log_net_365d
    from aged
    group by member_id
),

invited as (
    select inviter_id as member_id, count(*) as invitees
    from members
    where inviter_id is not null and inviter_id <> member_id and (joined_on is null or joined_on <= $as_of)
    group by inviter_id
),

known as (
    select
        member_id,
        case when joined_on <= $as_of then joined_on end as joined_on,
        coalesce(is_logged, false) as is_logged,
        log_first_on,
        log_last_on,
        median_gap_days,
        coalesce(log_days, 0) as log_days,
        coalesce(log_orders, 0) as log_orders,
        log_paid,
        log_refunded,
        cast(coalesce(log_paid - log_refunded, 0) as decimal(18, 2)) as log_net,
        coalesce(log_orders_90d, 0) as log_orders_90d,
        coalesce(log_orders_365d, 0) as log_orders_365d,
        coalesce(log_net_90d, 0) as log_net_90d,
        coalesce(log_net_365d, 0) as log_net_365d,
        total_net_sales,
        total_last_order_on,
        coalesce(total_order_count, 0) as total_orders,
        coalesce(total_order_count > 0, false) or coalesce(total_net_sales > 0, false)
            or total_last_order_on is not null as has_totals,
        total_last_order_on is null or total_last_order_on <= $as_of as is_usable,
        coalesce(points > $welcome_points, false) or coalesce(coupons_redeemed > 0, false)
            or coalesce(last_event_on > joined_on and last_event_on <= $as_of, false) as is_active,
        coalesce(is_registered, false) as is_registered,
        coalesce(is_unfriended, false) as is_unfriended
    from members
    full join logged using (member_id)
    where is_logged or joined_on is null or joined_on <= $as_of
),

sourced as (
    select
        *,
        case
            when log_days > 0 and is_usable
                and (total_orders > log_orders or coalesce(total_last_order_on > log_last_on, false)) then 'partial'
            when log_days > 0 then 'full'
            when has_totals and is_usable then 'totals'
            else 'none'
        end as history
    from known
),

counted as (
    select
        *,
        case
            when history = 'full' or history = 'none' then log_last_on
            when log_last_on > total_last_order_on then log_last_on
            else coalesce(total_last_order_on, log_last_on)
        end as last_order_on,
        case
            when history = 'totals' and total_orders = 0 and total_last_order_on is not null then 1
            when history = 'totals' or (history = 'partial' and total_orders > log_days) then total_orders
            else log_days
        end as order_days,
        case
            when history = 'totals' and total_orders = 0 and total_last_order_on is not null then 1
            when history = 'totals' or (history = 'partial' and total_orders > log_orders) then total_orders
            else log_orders
        end as order_count,
        case
            when history = 'totals' or history = 'partial' then coalesce(total_net_sales, log_net)
            else log_net
        end as net_sales
    from sourced
)

select
    member_id,
    joined_on,
    log_first_on as first_order_on,
    last_order_on,
    date_diff('day', last_order_on, $as_of) as days_since_last,
    date_diff('day', log_first_on, $as_of) as tenure_days,
    cast(order_days as bigint) as order_days,
    cast(order_count as bigint) as order_count,
    cast(net_sales as decimal(18, 2)) as net_sales,
    cast(net_sales as double) / nullif(order_count, 0) as average_order_value,
    median_gap_days,
    case when history <> 'totals' then cast(log_orders_90d as bigint) end as orders_90d,
    case when history <> 'totals' then cast(log_orders_365d as bigint) end as orders_365d,
    case when history <> 'totals' then cast(log_net_90d as decimal(18, 2)) end as net_sales_90d,
    case when history <> 'totals' then cast(log_net_365d as decimal(18, 2)) end as net_sales_365d,
    case when history <> 'totals' then cast(log_refunded as double) / nullif(cast(log_paid as double), 0) end as refund_rate,
    coalesce(invitees, 0) as referred_count,
    case when invitees > 0 then true else false end as is_referrer,
    case when is_registered then true else false end as is_registered,
    case when is_unfriended then true else false end as is_unfriended,
    history,
    case when is_active then true else false end as is_active,
    case when has_totals or log_days > 0 or log_paid > 0 or log_refunded > 0 then true else false end as has_evidence
from counted
left join invited using (member_id)
