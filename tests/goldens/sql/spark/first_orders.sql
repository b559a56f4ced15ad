/* first_orders: one row per buyer whose first order is known: when and for how much, what was in it, whether they came back. */
/* reads   features, milestones, purchases, items, events, members, periods, named_festivals */
/* takes   $as_of         the date the shop is looked at */
/*         $within_days   within how many days they must have come back */
/* All orders of the first purchase day are one. product and category are those of its dearest item; price_cents is what */
/* an item cost on average; a discount is at least 1 % less than the prices say. What the exports do not tell is null. */
WITH begun AS (
  SELECT
    member_id,
    first_on AS ordered_on,
    CAST(DATEDIFF(second_on, first_on) AS BIGINT) AS gap_days,
    CAST(DATEDIFF(CAST('2026-06-30' AS DATE), first_on) AS BIGINT) AS age_days
  FROM milestones
  JOIN (
    SELECT
      member_id,
      history
    FROM features
  ) AS sourced
    USING (member_id)
  WHERE
    history = 'full'
), bought AS (
  SELECT
    member_id,
    product,
    category,
    quantity,
    paid_amount,
    CAST(FLOOR(unit_price * quantity * 100 + 0.5) AS BIGINT) AS list_cents
  FROM items
  JOIN (
    SELECT
      member_id,
      ordered_on
    FROM begun
  ) AS first_days
    USING (member_id, ordered_on)
  WHERE
    quantity > 0
), baskets AS (
  SELECT
    member_id,
    CAST(SUM(paid_amount) AS DECIMAL(18, 2)) AS items_paid,
    CAST(SUM(list_cents) AS BIGINT) AS listed_cents,
    CAST(SUM(quantity) AS DOUBLE) AS pieces,
    COUNT(*) AS lines,
    COUNT(list_cents) AS priced,
    COUNT(paid_amount) AS paid_lines
  FROM (
    SELECT
      member_id,
      paid_amount,
      quantity,
      list_cents
    FROM bought
  ) AS single
  GROUP BY
    member_id
), ranked AS (
  SELECT
    member_id,
    product,
    category,
    ROW_NUMBER() OVER (
      PARTITION BY member_id
      ORDER BY paid_amount DESC, product NULLS LAST, category NULLS LAST
    ) AS place
  FROM bought
), redeemed AS (
  SELECT
    member_id,
    happened_on AS ordered_on,
    'yes' AS redemption
  FROM events
  WHERE
    kind = 'coupon_redeemed'
  GROUP BY
    member_id,
    happened_on
), dearest AS (
  SELECT
    member_id,
    product,
    category
  FROM ranked
  WHERE
    place = 1
), priced_baskets AS (
  SELECT
    member_id,
    CASE
      WHEN paid_lines = lines
      THEN CAST(FLOOR(CAST(items_paid AS DOUBLE) / NULLIF(pieces, 0) * 100 + 0.5) AS BIGINT)
    END AS price_cents,
    CASE
      WHEN paid_lines < lines OR priced < lines
      THEN NULL
      WHEN CAST(items_paid AS DOUBLE) * 100 < 0.99 * CAST(listed_cents AS DOUBLE)
      THEN 'yes'
      ELSE 'no'
    END AS discount
  FROM baskets
)
SELECT
  member_id,
  ordered_on,
  period AS acquired,
  source_channel,
  age_days,
  CASE WHEN gap_days <= CAST('90' AS BIGINT) THEN TRUE ELSE FALSE END AS is_back,
  CAST(FLOOR(CAST(paid_amount AS DOUBLE) * 100 + 0.5) AS BIGINT) AS paid_cents,
  price_cents,
  COALESCE(redemption, 'no') AS coupon,
  discount,
  product,
  category,
  COALESCE(festival, 'none') AS festival
FROM begun
JOIN (
  SELECT
    member_id,
    ordered_on,
    paid_amount
  FROM purchases
  WHERE
    order_count > 0
) AS days
  USING (member_id, ordered_on)
LEFT JOIN (
  SELECT
    day AS ordered_on,
    period
  FROM periods
) AS calendar
  USING (ordered_on)
LEFT JOIN (
  SELECT
    member_id,
    source_channel
  FROM members
) AS attributes
  USING (member_id)
LEFT JOIN redeemed
  USING (member_id, ordered_on)
LEFT JOIN (
  SELECT
    day AS ordered_on,
    festival
  FROM named_festivals
) AS festive
  USING (ordered_on)
LEFT JOIN dearest
  USING (member_id)
LEFT JOIN priced_baskets
  USING (member_id)
