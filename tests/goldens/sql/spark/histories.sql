/* histories: one row per member who bought by as_of: what the models see of them, and whether they fell silent after. */
/* reads   purchases */
/* takes   $as_of          the date looked back from: today, or an earlier one whose future is known */
/*         $horizon_days   how far ahead is_silent looks; it says nothing where as_of is today */
/* Purchases are taken as they stand now: a refund that came after an earlier as_of is known here already. */
WITH visits AS (
  SELECT
    member_id,
    ordered_on,
    gap_days,
    CAST(DATEDIFF(CAST('2026-06-30' AS DATE), ordered_on) AS BIGINT) AS age_days,
    paid_amount - refunded_amount AS net
  FROM purchases
  WHERE
    order_count > 0
), buyers AS (
  SELECT
    member_id,
    COUNT(CASE WHEN age_days >= 0 THEN 1 END) AS order_days,
    MAX(CASE WHEN age_days >= 0 THEN age_days END) AS tenure_days,
    MIN(CASE WHEN age_days >= 0 THEN age_days END) AS days_since_last,
    CAST(MEDIAN(CASE WHEN age_days >= 0 THEN gap_days END) AS DOUBLE) AS median_gap_days,
    CAST(SUM(CASE WHEN age_days >= 0 THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_sales,
    CAST(SUM(CASE WHEN age_days >= 0 AND NOT gap_days IS NULL THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS repeat_sales,
    CAST(SUM(CASE WHEN age_days >= 0 AND age_days < 365 THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_sales_365d,
    COUNT(CASE WHEN age_days >= 0 AND age_days < 90 THEN 1 END) AS order_days_90d,
    COUNT(CASE WHEN age_days >= 0 AND age_days < 365 THEN 1 END) AS order_days_365d,
    COUNT(CASE WHEN age_days < 0 AND age_days + CAST('90' AS BIGINT) >= 0 THEN 1 END) AS order_days_ahead
  FROM visits
  GROUP BY
    member_id
)
SELECT
  member_id,
  order_days,
  order_days - 1 AS repeats,
  tenure_days - days_since_last AS active_days,
  tenure_days,
  days_since_last,
  median_gap_days,
  net_sales,
  repeat_sales,
  net_sales_365d,
  order_days_90d,
  order_days_365d,
  CASE WHEN order_days_ahead = 0 THEN TRUE ELSE FALSE END AS is_silent
FROM buyers
WHERE
  order_days > 0
