/* refunded_orders: one row per member who bought in the 365 days up to as_of: orders, and those of them given back. */
/* reads   order_lines */
/* takes   $as_of, $min_paid */
/* An order is given back once anything of it was refunded by as_of. */
WITH placed AS (
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
    ) AS DECIMAL(18, 2)) AS refunded
  FROM order_lines
  WHERE
    NOT member_id IS NULL
    AND ordered_on <= CAST('2026-06-30' AS DATE)
    AND DATE_DIFF('DAY', DATE_TRUNC('DAY', ordered_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) < 365
    AND NOT status IN ('unpaid', 'cancelled')
  GROUP BY
    member_id,
    order_id
)
SELECT
  member_id,
  COUNT(*) AS orders,
  COUNT(CASE WHEN refunded > 0 THEN 1 END) AS given_back,
  CAST(SUM(refunded) AS DECIMAL(18, 2)) AS refunded_amount
FROM placed
WHERE
  paid > 0 AND paid >= CAST('0.01' AS DECIMAL(18, 2))
GROUP BY
  member_id
