/* member_prices: one row per member who bought items: how dear they buy, and which part of it with something taken off. */
/* reads   category_prices, events, items */
/* price_level is the middle of price ÷ middle price of its category. An item was bought at a discount where less was paid */
/* than its price × quantity, or a coupon was redeemed for its order; both amounts are of items whose price is known. */
WITH coupons AS (
  SELECT
    member_id,
    order_id,
    TRUE AS is_redeemed
  FROM events
  WHERE
    kind = 'coupon_redeemed' AND NOT order_id IS NULL
  GROUP BY
    member_id,
    order_id
), bought AS (
  SELECT
    member_id,
    CAST(COALESCE(unit_price, CAST(paid_amount AS DOUBLE) / NULLIF(quantity, 0)) AS DOUBLE) / NULLIF(middle_price, 0) AS level_of_price,
    CASE WHEN NOT unit_price IS NULL OR is_redeemed THEN paid_amount END AS judged,
    CASE
      WHEN is_redeemed OR CAST(paid_amount AS DOUBLE) < unit_price * quantity * 0.995
      THEN paid_amount
      ELSE 0
    END AS taken_off
  FROM (
    SELECT
      *,
      COALESCE(category, '') AS kind_of_item
    FROM items
    WHERE
      quantity > 0
  ) AS pieces
  LEFT JOIN (
    SELECT
      category AS kind_of_item,
      middle_price
    FROM category_prices
  ) AS middles
    USING (kind_of_item)
  LEFT JOIN coupons
    USING (member_id, order_id)
)
SELECT
  member_id,
  CAST(CASE
    WHEN COUNT(level_of_price) > 0
    THEN (
      ELEMENT_AT(ARRAY_SORT(ARRAY_AGG(level_of_price)), (
        COUNT(level_of_price) + 1
      ) / 2) + ELEMENT_AT(ARRAY_SORT(ARRAY_AGG(level_of_price)), COUNT(level_of_price) / 2 + 1)
    ) / 2e0
  END AS DOUBLE) AS price_level,
  CAST(SUM(judged) AS DECIMAL(18, 2)) AS judged_amount,
  CAST(SUM(CASE WHEN NOT judged IS NULL THEN taken_off ELSE 0 END) AS DECIMAL(18, 2)) AS discounted_amount
FROM bought
GROUP BY
  member_id
