-- first_factors: one row per first-time buyer and thing known of their first order, beside those it is compared within.
--
-- reads   first_orders
-- takes   $within_days               within how many days they must have come back: who is younger is not counted
--         $paid_low, $paid_high      amounts in cents that part first orders into thirds
--         $price_low, $price_high    the same of what an item cost

with ripe as (
    select
        acquired,
        source_channel,
        case when paid_cents <= $paid_low then 1 when paid_cents <= $paid_high then 2 else 3 end as third,
        is_back,
        coupon,
        discount,
        product,
        category,
        case
            when price_cents is null then null
            when price_cents <= $price_low then 'low'
            when price_cents <= $price_high then 'middle'
            else 'high'
        end as price_band,
        festival
    from first_orders
    where age_days >= $within_days
),

told as (
    select 'coupon' as factor, coupon as state, acquired, source_channel, third, is_back
    from ripe
    union all
    select 'discount' as factor, discount as state, acquired, source_channel, third, is_back
    from ripe
    union all
    select 'product' as factor, product as state, acquired, source_channel, third, is_back
    from ripe
    union all
    select 'category' as factor, category as state, acquired, source_channel, third, is_back
    from ripe
    union all
    select 'price_band' as factor, price_band as state, acquired, source_channel, third, is_back
    from ripe
    union all
    select 'festival' as factor, festival as state, acquired, source_channel, third, is_back
    from ripe
)

select factor, state, acquired, source_channel, third, is_back
from told
where state is not null
