/* norms: one row, what is usual in this shop and where high ends and low begins; printed in every output. */
/* reads   measures */
/* takes   $split            'default' (recency and frequency as given, money at the median), 'median', */
/*                           'mean', or 'custom' (all three as given) */
/*         $recency_split    high recency: days_since_last at most this */
/*         $frequency_split  high frequency: order_days over this */
/*         $money_split      high money: net_sales over this */
/* The median is the value with at most half under it and at least half at or under it; between two, their mean. */
/* The mean is rounded to a millionth, so that buyers who all paid the same are at it and not a hair above. */
WITH centres AS (
  SELECT
    measure,
    AVG(
      CASE
        WHEN 2 * worse <= total AND 2 * (
          worse + observed
        ) >= total
        THEN CAST(measured AS DOUBLE)
      END
    ) AS median,
    FLOOR(
      1000000 * (
        CAST(SUM(measured * observed) AS DOUBLE) / NULLIF(CAST(SUM(observed) AS DOUBLE), 0)
      ) + 0.5
    ) / 1000000 AS mean
  FROM measures
  GROUP BY
    measure
), borders AS (
  SELECT
    measure,
    median,
    CASE WHEN CAST('default' AS STRING) = 'mean' THEN mean ELSE median END AS border
  FROM centres
)
SELECT
  COALESCE(MAX(CASE WHEN measure = 'rhythm' THEN median END), 60) AS shop_norm,
  CASE
    WHEN CAST('default' AS STRING) = 'default' OR CAST('default' AS STRING) = 'custom'
    THEN CAST('90.0' AS DOUBLE)
    ELSE -MAX(CASE WHEN measure = 'recency' THEN border END)
  END AS recency_split,
  CASE
    WHEN CAST('default' AS STRING) = 'default' OR CAST('default' AS STRING) = 'custom'
    THEN CAST('1.0' AS DOUBLE)
    ELSE MAX(CASE WHEN measure = 'frequency' THEN border END)
  END AS frequency_split,
  CASE
    WHEN CAST('default' AS STRING) = 'custom'
    THEN CAST(NULL AS DOUBLE)
    ELSE MAX(CASE WHEN measure = 'money' THEN border END)
  END AS money_split
FROM borders
