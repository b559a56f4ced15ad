-- category_prices: one row per category of items, '' for none: the middle price of a piece.
--
-- reads   items

with priced as (
    select
        coalesce(category, '') as category,
        coalesce(unit_price, cast(paid_amount as double) / nullif(quantity, 0)) as price
    from items
    where quantity > 0
)

select category, cast(median(price) as double) as middle_price
from priced
where price > 0
group by category
