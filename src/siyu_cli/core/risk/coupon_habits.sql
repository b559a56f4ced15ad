-- coupon_habits: one row per number of orders and of those with a coupon: members, and what they redeemed together.
--
-- reads   coupon_orders

with people as (
    select member_id, count(*) as orders, count(case when is_with_coupon then 1 end) as redeemed
    from coupon_orders
    group by member_id
)

select orders, redeemed, count(*) as members
from people
where redeemed > 0
group by orders, redeemed
