/* features: one row per member, buyer or not. */
/* reads   members, purchases */
/* takes   $as_of, $welcome_points */
/* A member joined after as_of exists only if they ordered before. Totals of a members export stand in for */
/* a log that is missing (history = totals) or holds less (history = partial); totals that run past as_of */
/* prove that purchases were made, and say nothing about how many by then. */
WITH aged AS (
  SELECT
    member_id,
    gap_days,
    CASE WHEN order_count > 0 THEN ordered_on END AS visited_on,
    CAST(DATEDIFF(CAST('2026-06-30' AS DATE), ordered_on) AS BIGINT) AS age_days,
    order_count AS orders,
    paid_amount AS paid,
    refunded_amount AS refunded,
    paid_amount - refunded_amount AS net
  FROM purchases
), logged AS (
  SELECT
    member_id,
    TRUE AS is_logged,
    MIN(visited_on) AS log_first_on,
    MAX(visited_on) AS log_last_on,
    COUNT(visited_on) AS log_days,
    CAST(MEDIAN(gap_days) AS DOUBLE) AS median_gap_days,
    CAST(SUM(orders) AS BIGINT) AS log_orders,
    CAST(SUM(paid) AS DECIMAL(18, 2)) AS log_paid,
    CAST(SUM(refunded) AS DECIMAL(18, 2)) AS log_refunded,
    CAST(SUM(CASE WHEN age_days < 90 THEN orders ELSE 0 END) AS BIGINT) AS log_orders_90d,
    CAST(SUM(CASE WHEN age_days < 365 THEN orders ELSE 0 END) AS BIGINT) AS log_orders_365d,
    CAST(SUM(CASE WHEN age_days < 90 THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS log_net_90d,
    CAST(SUM(CASE WHEN age_days < 365 THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS log_net_365d
  FROM aged
  GROUP BY
    member_id
), invited AS (
  SELECT
    inviter_id AS member_id,
    COUNT(*) AS invitees
  FROM members
  WHERE
    NOT inviter_id IS NULL
    AND inviter_id <> member_id
    AND (
      joined_on IS NULL OR joined_on <= CAST('2026-06-30' AS DATE)
    )
  GROUP BY
    inviter_id
), known AS (
  SELECT
    member_id,
    CASE WHEN joined_on <= CAST('2026-06-30' AS DATE) THEN joined_on END AS joined_on,
    COALESCE(is_logged, FALSE) AS is_logged,
    log_first_on,
    log_last_on,
    median_gap_days,
    COALESCE(log_days, 0) AS log_days,
    COALESCE(log_orders, 0) AS log_orders,
    log_paid,
    log_refunded,
    CAST(COALESCE(log_paid - log_refunded, 0) AS DECIMAL(18, 2)) AS log_net,
    COALESCE(log_orders_90d, 0) AS log_orders_90d,
    COALESCE(log_orders_365d, 0) AS log_orders_365d,
    COALESCE(log_net_90d, 0) AS log_net_90d,
    COALESCE(log_net_365d, 0) AS log_net_365d,
    total_net_sales,
    total_last_order_on,
    COALESCE(total_order_count, 0) AS total_orders,
    COALESCE(total_order_count > 0, FALSE)
    OR COALESCE(total_net_sales > 0, FALSE)
    OR NOT total_last_order_on IS NULL AS has_totals,
    total_last_order_on IS NULL OR total_last_order_on <= CAST('2026-06-30' AS DATE) AS is_usable,
    COALESCE(points > CAST('0.0' AS DOUBLE), FALSE)
    OR COALESCE(coupons_redeemed > 0, FALSE)
    OR COALESCE(last_event_on > joined_on AND last_event_on <= CAST('2026-06-30' AS DATE), FALSE) AS is_active,
    COALESCE(is_registered, FALSE) AS is_registered,
    COALESCE(is_unfriended, FALSE) AS is_unfriended
  FROM members
  FULL JOIN logged
    USING (member_id)
  WHERE
    is_logged OR joined_on IS NULL OR joined_on <= CAST('2026-06-30' AS DATE)
), sourced AS (
  SELECT
    *,
    CASE
      WHEN log_days > 0
      AND is_usable
      AND (
        total_orders > log_orders OR COALESCE(total_last_order_on > log_last_on, FALSE)
      )
      THEN 'partial'
      WHEN log_days > 0
      THEN 'full'
      WHEN has_totals AND is_usable
      THEN 'totals'
      ELSE 'none'
    END AS history
  FROM known
), counted AS (
  SELECT
    *,
    CASE
      WHEN history = 'full' OR history = 'none'
      THEN log_last_on
      WHEN log_last_on > total_last_order_on
      THEN log_last_on
      ELSE COALESCE(total_last_order_on, log_last_on)
    END AS last_order_on,
    CASE
      WHEN history = 'totals' AND total_orders = 0 AND NOT total_last_order_on IS NULL
      THEN 1
      WHEN history = 'totals' OR (
        history = 'partial' AND total_orders > log_days
      )
      THEN total_orders
      ELSE log_days
    END AS order_days,
    CASE
      WHEN history = 'totals' AND total_orders = 0 AND NOT total_last_order_on IS NULL
      THEN 1
      WHEN history = 'totals' OR (
        history = 'partial' AND total_orders > log_orders
      )
      THEN total_orders
      ELSE log_orders
    END AS order_count,
    CASE
      WHEN history = 'totals' OR history = 'partial'
      THEN COALESCE(total_net_sales, log_net)
      ELSE log_net
    END AS net_sales
  FROM sourced
)
SELECT
  member_id,
  joined_on,
  log_first_on AS first_order_on,
  last_order_on,
  CAST(DATEDIFF(CAST('2026-06-30' AS DATE), last_order_on) AS BIGINT) AS days_since_last,
  CAST(DATEDIFF(CAST('2026-06-30' AS DATE), log_first_on) AS BIGINT) AS tenure_days,
  CAST(order_days AS BIGINT) AS order_days,
  CAST(order_count AS BIGINT) AS order_count,
  CAST(net_sales AS DECIMAL(18, 2)) AS net_sales,
  CAST(net_sales AS DOUBLE) / NULLIF(order_count, 0) AS average_order_value,
  median_gap_days,
  CASE WHEN history <> 'totals' THEN CAST(log_orders_90d AS BIGINT) END AS orders_90d,
  CASE WHEN history <> 'totals' THEN CAST(log_orders_365d AS BIGINT) END AS orders_365d,
  CASE WHEN history <> 'totals' THEN CAST(log_net_90d AS DECIMAL(18, 2)) END AS net_sales_90d,
  CASE WHEN history <> 'totals' THEN CAST(log_net_365d AS DECIMAL(18, 2)) END AS net_sales_365d,
  CASE
    WHEN history <> 'totals'
    THEN CAST(log_refunded AS DOUBLE) / NULLIF(CAST(log_paid AS DOUBLE), 0)
  END AS refund_rate,
  COALESCE(invitees, 0) AS referred_count,
  CASE WHEN invitees > 0 THEN TRUE ELSE FALSE END AS is_referrer,
  CASE WHEN is_registered THEN TRUE ELSE FALSE END AS is_registered,
  CASE WHEN is_unfriended THEN TRUE ELSE FALSE END AS is_unfriended,
  history,
  CASE WHEN is_active THEN TRUE ELSE FALSE END AS is_active,
  CASE
    WHEN has_totals OR log_days > 0 OR log_paid > 0 OR log_refunded > 0
    THEN TRUE
    ELSE FALSE
  END AS has_evidence
FROM counted
LEFT JOIN invited
  USING (member_id)
