/* acquired_cells: one row per source, shares, month and horizon: what was paid and given back by then. */
/* reads   acquired_days, horizons */
WITH judged AS (
  SELECT
    source,
    shares,
    cohort,
    horizon,
    CASE WHEN days <= horizon THEN paid_amount ELSE 0 END AS paid,
    CASE WHEN days <= horizon THEN refunded_amount ELSE 0 END AS refunded
  FROM acquired_days
  CROSS JOIN horizons
)
SELECT
  source,
  shares,
  cohort,
  horizon,
  CAST(SUM(paid) AS Nullable(Decimal(18, 2))) AS paid_amount,
  CAST(SUM(refunded) AS Nullable(Decimal(18, 2))) AS refunded_amount
FROM judged
GROUP BY
  source,
  shares,
  cohort,
  horizon
