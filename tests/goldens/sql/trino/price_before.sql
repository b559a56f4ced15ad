/* price_before: one row per day on which a product was sold before a date: how long before, and the lowest price paid. */
/* reads   items */
/* takes   $product        its name or its SKU, as the orders have it but for spaces and letter case */
/*         $starts_on      the date; sales of that date itself do not count */
/* A price is what was paid for one piece, or what stands as its price where that is lower or nothing else is known. */
/* What was given away was not sold. */
WITH pieces AS (
  SELECT
    ordered_on,
    unit_price,
    CASE WHEN quantity > 0 THEN CAST(paid_amount AS DOUBLE) / NULLIF(quantity, 0) END AS paid_price
  FROM items
  WHERE
    (
      LOWER(REPLACE(product, ' ', '')) = LOWER(REPLACE(CAST('面膜' AS VARCHAR), ' ', ''))
      OR LOWER(sku) = LOWER(REPLACE(CAST('面膜' AS VARCHAR), ' ', ''))
    )
    AND DATE_DIFF('DAY', DATE_TRUNC('DAY', ordered_on), DATE_TRUNC('DAY', CAST('2026-06-01' AS DATE))) > 0
    AND COALESCE(quantity, 1) > 0
), prices AS (
  SELECT
    ordered_on,
    CASE
      WHEN paid_price IS NULL OR unit_price < paid_price
      THEN unit_price
      ELSE paid_price
    END AS price
  FROM pieces
)
SELECT
  ordered_on,
  DATE_DIFF('DAY', DATE_TRUNC('DAY', ordered_on), DATE_TRUNC('DAY', CAST('2026-06-01' AS DATE))) AS days_before,
  MIN(price) AS lowest
FROM prices
WHERE
  price > 0
GROUP BY
  ordered_on
