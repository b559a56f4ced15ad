/* histories: one row per member who bought by as_of: what the models see of them, and whether they fell silent after. */
/* reads   purchases */
/* takes   $as_of          the date looked back from: today, or an earlier one whose future is known */
/*         $horizon_days   how far ahead is_silent looks; it says nothing where as_of is today */
/* A refund lowers the money from its own date on where the export has one. One without a date lowers its order, as it */
/* stands now: where as_of is an earlier date, it is known before it happened. */
WITH movements AS (
  SELECT
    member_id,
    order_count > 0 AS is_visit,
    DATE_DIFF(DAY, ordered_on, CAST('2026-06-30' AS Nullable(DATE))) AS age_days,
    paid_amount - refunded_amount AS net
  FROM purchases
), buyers AS (
  SELECT
    member_id,
    COUNT(CASE WHEN is_visit AND age_days >= 0 THEN 1 END) AS order_days,
    MAX(CASE WHEN is_visit AND age_days >= 0 THEN age_days END) AS tenure_days,
    MIN(CASE WHEN is_visit AND age_days >= 0 THEN age_days END) AS days_since_last,
    CAST(SUM(CASE WHEN age_days >= 0 THEN net ELSE 0 END) AS Nullable(Decimal(18, 2))) AS net_sales,
    CAST(SUM(CASE WHEN age_days >= 0 AND age_days < 365 THEN net ELSE 0 END) AS Nullable(Decimal(18, 2))) AS net_sales_365d,
    COUNT(
      CASE
        WHEN is_visit AND age_days < 0 AND age_days + CAST('90' AS Nullable(Int64)) >= 0
        THEN 1
      END
    ) AS order_days_ahead
  FROM movements
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
  net_sales,
  net_sales_365d,
  CASE WHEN order_days_ahead = 0 THEN TRUE ELSE FALSE END AS is_silent
FROM buyers
WHERE
  order_days > 0
