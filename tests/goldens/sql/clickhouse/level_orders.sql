/* level_orders: one row per order that was paid: whose, when, how much. */
/* reads   order_lines */
/* takes   $as_of */
/* An order whose rows add up to less than nothing is a return of no order that is known: its amount is below 0. */
WITH existing AS (
  SELECT
    member_id,
    order_id,
    ordered_on AS line_on,
    paid_amount AS line_paid
  FROM order_lines
  WHERE
    NOT (
      member_id IS NULL
    )
    AND ordered_on <= CAST('2026-06-30' AS Nullable(DATE))
    AND NOT (
      status IN ('unpaid', 'cancelled')
    )
)
SELECT
  member_id,
  order_id,
  MIN(line_on) AS ordered_on,
  CAST(SUM(line_paid) AS Nullable(Decimal(18, 2))) AS paid_amount
FROM existing
GROUP BY
  member_id,
  order_id
