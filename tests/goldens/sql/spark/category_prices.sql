/* category_prices: one row per category of items, '' for none: the middle price of a piece. */
/* reads   items */
WITH priced AS (
  SELECT
    COALESCE(category, '') AS category,
    COALESCE(unit_price, CAST(paid_amount AS DOUBLE) / NULLIF(quantity, 0)) AS price
  FROM items
  WHERE
    quantity > 0
)
SELECT
  category,
  CAST(MEDIAN(price) AS DOUBLE) AS middle_price
FROM priced
WHERE
  price > 0
GROUP BY
  category
