/* lifetime_cells: one row per part, cohort and horizon: what those old enough had brought by then. */
/* reads   value_days, horizons */
WITH judged AS (
  SELECT
    part,
    cohort,
    horizon,
    CASE WHEN days <= horizon AND age_days >= horizon THEN net_sales ELSE 0 END AS net
  FROM value_days
  CROSS JOIN horizons
)
SELECT
  part,
  cohort,
  horizon,
  CAST(SUM(net) AS Nullable(Decimal(18, 2))) AS net_sales
FROM judged
GROUP BY
  part,
  cohort,
  horizon
