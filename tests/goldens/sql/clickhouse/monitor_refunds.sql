/* monitor_refunds: one row per part and day: orders placed on it, those of them refunded since, refunds made on it. */
/* reads   order_lines, features */
/* takes   $as_of   nothing after it exists */
/* undated counts orders whose refund has no date of its own. A negative order that names no other is a refund on its */
/* date, and no order. */
WITH known AS (
  SELECT
    member_id,
    '' AS part
  FROM features
), placed AS (
  SELECT
    member_id,
    order_id,
    MIN(ordered_on) AS placed_on,
    MAX(CASE WHEN refunded_amount <> 0 THEN refunded_on END) AS returned_on,
    CAST(SUM(paid_amount) AS Nullable(Decimal(18, 2))) AS paid,
    CAST(SUM(
      CASE
        WHEN refunded_on IS NULL OR refunded_on <= CAST('2026-06-30' AS Nullable(DATE))
        THEN refunded_amount
        ELSE 0
      END
    ) AS Nullable(Decimal(18, 2))) AS returned,
    COUNT(CASE WHEN refunded_amount <> 0 AND refunded_on IS NULL THEN 1 END) AS undated_lines
  FROM order_lines
  WHERE
    NOT (
      member_id IS NULL
    )
    AND ordered_on <= CAST('2026-06-30' AS Nullable(DATE))
    AND NOT (
      status IN ('unpaid', 'cancelled')
    )
  GROUP BY
    member_id,
    order_id
), told_of AS (
  SELECT
    member_id,
    placed_on AS day,
    1 AS is_placed,
    CASE WHEN returned > 0 THEN 1 ELSE 0 END AS is_given_back,
    0 AS is_refund,
    CASE WHEN returned > 0 AND undated_lines > 0 THEN 1 ELSE 0 END AS is_undated
  FROM placed
  WHERE
    paid > 0
  UNION ALL
  SELECT
    member_id,
    returned_on AS day,
    0 AS is_placed,
    0 AS is_given_back,
    1 AS is_refund,
    0 AS is_undated
  FROM placed
  WHERE
    returned > 0 AND returned_on <= CAST('2026-06-30' AS Nullable(DATE))
  UNION ALL
  SELECT
    member_id,
    placed_on AS day,
    0 AS is_placed,
    0 AS is_given_back,
    1 AS is_refund,
    0 AS is_undated
  FROM placed
  WHERE
    paid < 0
)
SELECT
  part,
  day,
  CAST(SUM(is_placed) AS Nullable(Int64)) AS placed_orders,
  CAST(SUM(is_given_back) AS Nullable(Int64)) AS given_back,
  CAST(SUM(is_refund) AS Nullable(Int64)) AS refunds,
  CAST(SUM(is_undated) AS Nullable(Int64)) AS undated
FROM told_of
JOIN known
  USING (member_id)
GROUP BY
  part,
  day
