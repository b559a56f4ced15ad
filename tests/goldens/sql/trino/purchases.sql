/* purchases: one row per member and date with an order or a refund. */
/* reads   order_lines */
/* takes   $as_of      the date the shop is looked at; nothing after it exists */
/*         $min_paid   the least an order must have paid to be a purchase; 0 counts free orders */
/* A date with order_count = 0 holds refunds or free orders only: it may count as money, never as a purchase. */
/* A refund falls on its own date where the export has one, else on the date of its order. */
WITH existing AS (
  SELECT
    member_id,
    order_id,
    ordered_on AS line_on,
    is_delivered,
    paid_amount,
    CASE
      WHEN refunded_on IS NULL OR refunded_on <= CAST('2026-06-30' AS DATE)
      THEN refunded_amount
      ELSE 0
    END AS known_refund,
    CASE WHEN refunded_on IS NULL THEN refunded_amount ELSE 0 END AS undated_refund
  FROM order_lines
  WHERE
    NOT member_id IS NULL
    AND ordered_on <= CAST('2026-06-30' AS DATE)
    AND NOT status IN ('unpaid', 'cancelled')
), placed AS (
  SELECT
    member_id,
    order_id,
    MIN(line_on) AS ordered_on,
    CAST(SUM(paid_amount) AS DECIMAL(18, 2)) AS paid,
    CAST(SUM(known_refund) AS DECIMAL(18, 2)) AS refunded,
    CAST(SUM(undated_refund) AS DECIMAL(18, 2)) AS refunded_undated,
    COUNT(CASE WHEN is_delivered THEN 1 END) AS delivered_lines
  FROM existing
  GROUP BY
    member_id,
    order_id
), movements /* Paid and then refunded in full is a purchase only where the goods are known to have left the shop. */ AS (
  SELECT
    member_id,
    ordered_on,
    CASE
      WHEN paid >= CAST('0.01' AS DECIMAL(18, 2))
      AND (
        paid <= 0 OR refunded < paid OR delivered_lines > 0
      )
      THEN 1
      ELSE 0
    END AS orders,
    CASE WHEN paid > 0 THEN paid ELSE 0 END AS paid,
    CASE
      WHEN paid < 0
      THEN CAST(refunded_undated - paid AS DECIMAL(18, 2))
      ELSE refunded_undated
    END AS refunded
  FROM placed
  UNION ALL
  SELECT
    member_id,
    refunded_on AS ordered_on,
    0 AS orders,
    CAST(0 AS DECIMAL(18, 2)) AS paid,
    refunded_amount AS refunded
  FROM order_lines
  WHERE
    NOT member_id IS NULL
    AND refunded_amount <> 0
    AND refunded_on <= CAST('2026-06-30' AS DATE)
    AND ordered_on <= CAST('2026-06-30' AS DATE)
    AND NOT status IN ('unpaid', 'cancelled')
), neighbours /* Days with one movement, nearly all, are done after this; only the others are worth a grouping. */ AS (
  SELECT
    member_id,
    ordered_on,
    orders,
    paid,
    refunded,
    CASE
      WHEN LAG(ordered_on) OVER days = ordered_on OR LEAD(ordered_on) OVER days = ordered_on
      THEN TRUE
      ELSE FALSE
    END AS is_shared,
    MAX(CASE WHEN orders > 0 THEN ordered_on END) OVER earlier AS visited_earlier_on
  FROM movements
  WINDOW days AS (PARTITION BY member_id ORDER BY ordered_on), earlier AS (
    PARTITION BY member_id
    ORDER BY ordered_on
    rows BETWEEN UNBOUNDED preceding AND 1 preceding
  )
), merged AS (
  SELECT
    member_id,
    ordered_on,
    CAST(orders AS BIGINT) AS order_count,
    paid AS paid_amount,
    refunded AS refunded_amount,
    visited_earlier_on AS visited_before
  FROM neighbours
  WHERE
    NOT is_shared
  UNION ALL
  SELECT
    member_id,
    ordered_on,
    CAST(SUM(orders) AS BIGINT) AS order_count,
    CAST(SUM(paid) AS DECIMAL(18, 2)) AS paid_amount,
    CAST(SUM(refunded) AS DECIMAL(18, 2)) AS refunded_amount,
    MIN(CASE WHEN visited_earlier_on < ordered_on THEN visited_earlier_on END) AS visited_before
  FROM neighbours
  WHERE
    is_shared
  GROUP BY
    member_id,
    ordered_on
)
SELECT
  member_id,
  ordered_on,
  order_count,
  paid_amount,
  refunded_amount,
  CASE
    WHEN order_count > 0
    THEN DATE_DIFF('DAY', DATE_TRUNC('DAY', visited_before), DATE_TRUNC('DAY', ordered_on))
  END AS gap_days
FROM merged
