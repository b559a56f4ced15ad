-- member_prices: one row per member who bought items: how dear they buy, and which part of it with something taken off.
--
-- reads   category_prices, events, items
--
-- price_level is the middle of price ÷ middle price of its category. An item was bought at a discount where less was paid
-- than its price × quantity, or a coupon was redeemed for its order; both amounts are of items whose price is known.

with coupons as (
    select member_id, order_id, true as is_redeemed
    from events
    where kind = 'coupon_redeemed' and order_id is not null
    group by member_id, order_id
),

bought as (
    select
        member_id,
        coalesce(unit_price, cast(paid_amount as double) / nullif(quantity, 0)) / nullif(middle_price, 0) as level_of_price,
        case when unit_price is not null or is_redeemed then paid_amount end as judged,
        case
            when is_redeemed or cast(paid_amount as double) < unit_price * quantity * 0.995 then paid_amount
            else 0
        end as taken_off
    from (select *, coalesce(category, '') as kind_of_item from items where quantity > 0) as pieces
    left join (select category as kind_of_item, middle_price from category_prices) as middles using (kind_of_item)
    left join coupons using (member_id, order_id)
)

select
    member_id,
    cast(median(level_of_price) as double) as price_level,
    cast(sum(judged) as decimal(18, 2)) as judged_amount,
    cast(sum(case when judged is not null then taken_off else 0 end) as decimal(18, 2)) as discounted_amount
from bought
group by member_id
