/* learning_cells: one row per group of members much alike: how many they were, and how many of them fell silent after. */
/* reads   histories */
/* Times and money go in steps of their logarithm, 16 and 8 to one, so that a shop of millions is some thousand rows. */
WITH spendings AS (
  SELECT
    days_since_last,
    order_days,
    tenure_days,
    CASE WHEN net_sales > 0 THEN CAST(net_sales AS DOUBLE) ELSE CAST(0 AS DOUBLE) END AS spent,
    is_silent
  FROM histories
), placed AS (
  SELECT
    CAST(FLOOR(16 * LN(1 + CAST(days_since_last AS DOUBLE)) + 0.5) AS BIGINT) AS recency_step,
    order_days,
    CAST(FLOOR(16 * LN(1 + CAST(tenure_days AS DOUBLE)) + 0.5) AS BIGINT) AS tenure_step,
    CAST(FLOOR(8 * LN(1 + spent) + 0.5) AS BIGINT) AS money_step,
    is_silent
  FROM spendings
)
SELECT
  recency_step,
  order_days,
  tenure_step,
  money_step,
  COUNT(*) AS members,
  COUNT(CASE WHEN is_silent THEN 1 END) AS silent
FROM placed
GROUP BY
  recency_step,
  order_days,
  tenure_step,
  money_step
