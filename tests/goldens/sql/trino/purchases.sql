/* purchases: one row per member and date they bought on, and one per member and date of other movements of money. */
/* reads   order_lines */
/* takes   $as_of      the date the shop is looked at; nothing after it exists */
/*         $min_paid   the least an order must have paid to be a purchase; 0 counts free orders */
/* A row with order_count = 0 holds the refunds and free orders of its date: it counts as money, never as a */
/* purchase. A refund falls on its own date where the export has one, else on the date of its order. */
/* gap_days is how long before the member had last bought; a first purchase has none, nor have refunds. */
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
), visits /* Nearly every purchase is its day's only one: grouping the few that are not is cheaper than grouping them all. */ AS (
  SELECT
    member_id,
    ordered_on,
    paid,
    refunded,
    LAG(ordered_on) OVER dates AS visited_before,
    COUNT(*) OVER same_date AS orders_that_day
  FROM movements
  WHERE
    orders > 0
  WINDOW dates AS (PARTITION BY member_id ORDER BY ordered_on), same_date AS (
    PARTITION BY member_id
    ORDER BY ordered_on
    range BETWEEN CURRENT ROW AND CURRENT ROW
  )
), merged AS (
  SELECT
    member_id,
    ordered_on,
    orders_that_day AS order_count,
    paid AS paid_amount,
    refunded AS refunded_amount,
    visited_before AS previous_on
  FROM visits
  WHERE
    orders_that_day = 1
  UNION ALL
  SELECT
    member_id,
    ordered_on,
    COUNT(*) AS order_count,
    CAST(SUM(paid) AS DECIMAL(18, 2)) AS paid_amount,
    CAST(SUM(refunded) AS DECIMAL(18, 2)) AS refunded_amount,
    MIN(CASE WHEN visited_before < ordered_on THEN visited_before END) AS previous_on
  FROM visits
  WHERE
    orders_that_day > 1
  GROUP BY
    member_id,
    ordered_on
  UNION ALL
  SELECT
    member_id,
    ordered_on,
    0 AS order_count,
    CAST(SUM(paid) AS DECIMAL(18, 2)) AS paid_amount,
    CAST(SUM(refunded) AS DECIMAL(18, 2)) AS refunded_amount,
    NULL AS previous_on
  FROM movements
  WHERE
    orders = 0
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
  DATE_DIFF('DAY', DATE_TRUNC('DAY', previous_on), DATE_TRUNC('DAY', ordered_on)) AS gap_days
FROM merged
