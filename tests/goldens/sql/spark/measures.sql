/* measures: one row per distinct value of each measure, with how many observations are worse. */
/* reads   features */
/* More is better in recency (the negative of days_since_last), frequency and money; 'rhythm' is each */
/* member's own usual gap, from three purchase days on and capped at a year. Ranks and medians are read */
/* off this table: equal values are one row, so they cannot get different scores, and running sums go */
/* over distinct values, never over members. */
WITH rhythms AS (
  SELECT
    CASE WHEN median_gap_days > 365 THEN 365 ELSE median_gap_days END AS rhythm_days
  FROM features
  WHERE
    order_days >= 3 AND NOT median_gap_days IS NULL
), counted AS (
  SELECT
    'recency' AS measure,
    CAST(-days_since_last AS DECIMAL(18, 2)) AS measured,
    COUNT(*) AS observed
  FROM features
  WHERE
    order_days > 0 AND NOT last_order_on IS NULL
  GROUP BY
    days_since_last
  UNION ALL
  SELECT
    'frequency' AS measure,
    CAST(order_days AS DECIMAL(18, 2)) AS measured,
    COUNT(*) AS observed
  FROM features
  WHERE
    order_days > 0 AND NOT last_order_on IS NULL
  GROUP BY
    order_days
  UNION ALL
  SELECT
    'money' AS measure,
    net_sales AS measured,
    COUNT(*) AS observed
  FROM features
  WHERE
    order_days > 0 AND NOT last_order_on IS NULL
  GROUP BY
    net_sales
  UNION ALL
  SELECT
    'rhythm' AS measure,
    CAST(rhythm_days AS DECIMAL(18, 2)) AS measured,
    COUNT(*) AS observed
  FROM rhythms
  GROUP BY
    rhythm_days
), running AS (
  SELECT
    measure,
    measured,
    observed,
    CAST(SUM(observed) OVER (
      PARTITION BY measure
      ORDER BY measured NULLS LAST
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS BIGINT) AS up_to,
    CAST(SUM(observed) OVER (PARTITION BY measure) AS BIGINT) AS total
  FROM counted
)
SELECT
  measure,
  measured,
  observed,
  up_to - observed AS worse,
  total
FROM running
