-- points_expiring: one row per member of whose points some lapse within so many days, with what staff know them by.
--
-- reads   point_balances, stages, features, members
-- takes   $point_value   money a point is worth, or nothing

select
    member_id,
    expiring as points_expiring,
    first_expires_on,
    cast(
        floor(100 * (cast(expiring as double) * cast($point_value as double)) + .5) / 100 as decimal(18, 2)
    ) as expiring_value,
    balance as points_balance,
    stage,
    level,
    last_order_on,
    days_since_last,
    net_sales_365d,
    owner,
    store
from point_balances
left join stages using (member_id)
left join features using (member_id)
left join members using (member_id)
where expiring > 0
