/* items: one row per item of a purchase, and one per item that came back of one: what was bought, when, for how much. */
/* reads   order_lines, order_items */
/* takes   $as_of      the date the shop is looked at; nothing after it exists */
/*         $min_paid   the least an order must have paid to be a purchase; 0 counts free orders */
/* An order is a purchase by the same rule as in purchases. What came back has a quantity below 0. */
WITH bought AS (
  SELECT
    member_id,
    order_id
  FROM (
    SELECT
      member_id,
      order_id,
      CAST(SUM(paid_amount) AS DECIMAL(18, 2)) AS paid,
      CAST(SUM(
        CASE
          WHEN refunded_on IS NULL OR refunded_on <= CAST('2026-06-30' AS DATE)
          THEN refunded_amount
          ELSE 0
        END
      ) AS DECIMAL(18, 2)) AS refunded,
      COUNT(CASE WHEN is_delivered THEN 1 END) AS delivered_lines
    FROM order_lines
    WHERE
      NOT member_id IS NULL
      AND ordered_on <= CAST('2026-06-30' AS DATE)
      AND NOT status IN ('unpaid', 'cancelled')
    GROUP BY
      member_id,
      order_id
  ) AS placed
  WHERE
    paid >= CAST('0.01' AS DECIMAL(18, 2))
    AND (
      paid <= 0 OR refunded < paid OR delivered_lines > 0
    )
)
SELECT
  member_id,
  order_id,
  ordered_on,
  product,
  sku,
  category,
  quantity,
  unit_price,
  paid_amount,
  CASE
    WHEN refunded_on IS NULL OR refunded_on <= CAST('2026-06-30' AS DATE)
    THEN refunded_amount
  END AS refunded_amount,
  refunded_on
FROM order_items
JOIN bought
  USING (member_id, order_id)
WHERE
  ordered_on <= CAST('2026-06-30' AS DATE)
