/* level_refunds: one row per order and day on which some of it was given back. */
/* reads   order_lines */
/* takes   $as_of */
/* A refund without a date counts on the date of its order. */
WITH refunds AS (
  SELECT
    member_id,
    order_id,
    COALESCE(refunded_on, ordered_on) AS lost_on,
    refunded_amount AS line_refunded
  FROM order_lines
  WHERE
    NOT member_id IS NULL
    AND ordered_on <= CAST('2026-06-30' AS DATE)
    AND refunded_amount > 0
    AND NOT status IN ('unpaid', 'cancelled')
)
SELECT
  member_id,
  order_id,
  lost_on,
  CAST(SUM(line_refunded) AS DECIMAL(18, 2)) AS refunded_amount
FROM refunds
WHERE
  lost_on <= CAST('2026-06-30' AS DATE)
GROUP BY
  member_id,
  order_id,
  lost_on
