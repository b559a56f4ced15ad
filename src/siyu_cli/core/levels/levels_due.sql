-- levels_due: one row per member whose level is reviewed soon or who is in grace, with what staff know them by.
--
-- reads   level_reviews, stages, features, members

select
    member_id,
    level_name as level,
    valid_until,
    last_chance_on,
    days_left,
    state,
    need,
    secured,
    lack,
    lack_orders,
    keep_probability,
    stage,
    last_order_on,
    days_since_last,
    net_sales_365d,
    owner,
    store
from level_reviews
left join stages using (member_id)
left join features using (member_id)
left join members using (member_id)
