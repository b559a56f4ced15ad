-- growth: one row per part, period and move, who moved, their orders, and their money then and in the period before.
--
-- reads   purchases, starts, periods
--
-- new (first order ever), retained (bought in the period before, too), returned (bought earlier, not in the period
-- before), lost (bought in the period before, not in this), none (money moves without a purchase: refunds). Members
-- whose first order is not in the log are never new. gained and shed are changes of money that no coming or going
-- explains: of those who stayed all of it, of others what they moved without a purchase.

with bought as (
    select
        member_id,
        period,
        count(case when order_count > 0 then 1 end) as visits,
        cast(sum(order_count) as bigint) as orders,
        cast(sum(paid_amount - refunded_amount) as decimal(18, 2)) as net
    from purchases
    join (select day as ordered_on, period from periods) as calendar using (ordered_on)
    group by member_id, period
),

neighbours as (
    select
        member_id,
        period,
        visits,
        orders,
        net,
        lag(period) over mine as earlier,
        lag(visits) over mine as visits_earlier,
        lag(net) over mine as net_earlier,
        lag(period) over theirs as later
    from bought
    window
        mine as (partition by member_id order by period nulls last),
        theirs as (partition by member_id order by period desc nulls last)
),

-- A period in which money moved, beside the one before it; and the period after the last of such a run.
compared as (
    select
        member_id,
        period,
        visits as visits_now,
        orders as orders_now,
        case when earlier = period - 1 then visits_earlier else 0 end as visits_before,
        net as net_now,
        case when earlier = period - 1 then net_earlier else 0 end as net_before
    from neighbours
    union all
    select
        member_id,
        period + 1 as period,
        0 as visits_now,
        0 as orders_now,
        visits as visits_before,
        cast(0 as decimal(18, 2)) as net_now,
        net as net_before
    from neighbours
    where later is null or later > period + 1
),

moved as (
    select
        part,
        period,
        orders_now,
        net_now,
        net_before,
        case
            when visits_now > 0 and coalesce(period = first_period, false) then 'new'
            when visits_now > 0 and visits_before > 0 then 'retained'
            when visits_now > 0 then 'returned'
            when visits_before > 0 then 'lost'
            else 'none'
        end as move
    from compared
    join starts using (member_id)
),

changed as (
    select
        part,
        period,
        move,
        orders_now,
        net_now,
        net_before,
        case
            when move = 'new' or move = 'returned' then cast(0 - net_before as decimal(18, 2))
            when move = 'lost' then net_now
            else cast(net_now - net_before as decimal(18, 2))
        end as net_change
    from moved
)

select
    part,
    period,
    move,
    count(*) as members,
    cast(sum(orders_now) as bigint) as orders,
    cast(sum(net_now) as decimal(18, 2)) as sales_now,
    cast(sum(net_before) as decimal(18, 2)) as sales_before,
    cast(sum(case when net_change > 0 then net_change else 0 end) as decimal(18, 2)) as gained,
    cast(sum(case when net_change < 0 then 0 - net_change else 0 end) as decimal(18, 2)) as shed
from changed
group by part, period, move
