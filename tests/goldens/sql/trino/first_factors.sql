/* first_factors: one row per first-time buyer and thing known of their first order, beside those it is compared within. */
/* reads   first_orders */
/* takes   $within_days               within how many days they must have come back: who is younger is not counted */
/*         $paid_low, $paid_high      amounts in cents that part first orders into thirds */
/*         $price_low, $price_high    the same of what an item cost */
WITH ripe AS (
  SELECT
    acquired,
    source_channel,
    CASE
      WHEN paid_cents <= CAST('1000' AS BIGINT)
      THEN 1
      WHEN paid_cents <= CAST('5000' AS BIGINT)
      THEN 2
      ELSE 3
    END AS third,
    is_back,
    coupon,
    discount,
    product,
    category,
    CASE
      WHEN price_cents IS NULL
      THEN NULL
      WHEN price_cents <= CAST('1000' AS BIGINT)
      THEN 'low'
      WHEN price_cents <= CAST('5000' AS BIGINT)
      THEN 'middle'
      ELSE 'high'
    END AS price_band,
    festival
  FROM first_orders
  WHERE
    age_days >= CAST('90' AS BIGINT)
), told AS (
  SELECT
    'coupon' AS factor,
    coupon AS state,
    acquired,
    source_channel,
    third,
    is_back
  FROM ripe
  UNION ALL
  SELECT
    'discount' AS factor,
    discount AS state,
    acquired,
    source_channel,
    third,
    is_back
  FROM ripe
  UNION ALL
  SELECT
    'product' AS factor,
    product AS state,
    acquired,
    source_channel,
    third,
    is_back
  FROM ripe
  UNION ALL
  SELECT
    'category' AS factor,
    category AS state,
    acquired,
    source_channel,
    third,
    is_back
  FROM ripe
  UNION ALL
  SELECT
    'price_band' AS factor,
    price_band AS state,
    acquired,
    source_channel,
    third,
    is_back
  FROM ripe
  UNION ALL
  SELECT
    'festival' AS factor,
    festival AS state,
    acquired,
    source_channel,
    third,
    is_back
  FROM ripe
)
SELECT
  factor,
  state,
  acquired,
  source_channel,
  third,
  is_back
FROM told
WHERE
  NOT state IS NULL
