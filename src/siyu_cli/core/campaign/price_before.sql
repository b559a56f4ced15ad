-- price_before: one row per day on which a product was sold before a date: how long before, and the lowest price paid.
--
-- reads   items
-- takes   $product        its name or its SKU, as the orders have it but for spaces and letter case
--         $starts_on      the date; sales of that date itself do not count
--
-- A price is what was paid for one piece, or what stands as its price where that is lower or nothing else is known.
-- What was given away was not sold.

with pieces as (
    select
        ordered_on,
        unit_price,
        case when quantity > 0 then cast(paid_amount as double) / nullif(quantity, 0) end as paid_price
    from items
    where (lower(replace(product, ' ', '')) = lower(replace($product, ' ', '')) or lower(sku) = lower(replace($product, ' ', '')))
      and date_diff('day', ordered_on, $starts_on) > 0
      and coalesce(quantity, 1) > 0
),

prices as (
    select
        ordered_on,
        case when paid_price is null or unit_price < paid_price then unit_price else paid_price end as price
    from pieces
)

select
    ordered_on,
    date_diff('day', ordered_on, $starts_on) as days_before,
    min(price) as lowest
from prices
where price > 0
group by ordered_on
