-- coupon_only: one row per member with several orders, each of them with a coupon.
--
-- reads   coupon_orders

with people as (
    select member_id, count(*) as orders, count(case when is_with_coupon then 1 end) as redeemed
    from coupon_orders
    group by member_id
)

select member_id, redeemed
from people
where orders >= 2 and redeemed = orders
