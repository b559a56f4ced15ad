-- first_coupons: one row per person of a group who share, whose first order had a coupon.
--
-- reads   coupon_orders, sharing_groups

with firsts as (
    select member_id, min(ordered_on) as first_on
    from coupon_orders
    group by member_id
),

redeemed as (
    select member_id
    from coupon_orders
    join firsts using (member_id)
    where is_with_coupon and ordered_on = first_on
    group by member_id
)

select sharing_group, member_id
from sharing_groups
join redeemed using (member_id)
