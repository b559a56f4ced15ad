/* tier_moves: one row per tier in one window and tier in the next, how many went and what they had brought before. */
/* reads   purchases */
/* takes   $before_from, $after_from (the second window begins the day after the first ends, and ends with as_of), */
/*         $before_top, $before_high, $before_middle, $after_top, $after_high, $after_middle   the least each tier brings */
/* none: bought nothing in that window. Who ties with the last of a tier is in it. */
WITH inside AS (
  SELECT
    member_id,
    order_count,
    paid_amount - refunded_amount AS net,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', CAST('2026-04-02' AS DATE)), DATE_TRUNC('DAY', ordered_on)) >= 0 AS is_after
  FROM purchases
  WHERE
    DATE_DIFF('DAY', DATE_TRUNC('DAY', CAST('2026-01-02' AS DATE)), DATE_TRUNC('DAY', ordered_on)) >= 0
), people AS (
  SELECT
    member_id,
    CAST(SUM(CASE WHEN is_after THEN 0 ELSE order_count END) AS BIGINT) AS orders_before,
    CAST(SUM(CASE WHEN is_after THEN order_count ELSE 0 END) AS BIGINT) AS orders_after,
    CAST(SUM(CASE WHEN is_after THEN 0 ELSE net END) AS DECIMAL(18, 2)) AS net_before,
    CAST(SUM(CASE WHEN is_after THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_after
  FROM inside
  GROUP BY
    member_id
), placed AS (
  SELECT
    net_before,
    CASE
      WHEN orders_before = 0
      THEN 'none'
      WHEN net_before >= CAST('9.50' AS DECIMAL(18, 2))
      THEN 'top'
      WHEN net_before >= CAST('9.50' AS DECIMAL(18, 2))
      THEN 'high'
      WHEN net_before >= CAST('9.50' AS DECIMAL(18, 2))
      THEN 'middle'
      ELSE 'low'
    END AS tier_from,
    CASE
      WHEN orders_after = 0
      THEN 'none'
      WHEN net_after >= CAST('9.50' AS DECIMAL(18, 2))
      THEN 'top'
      WHEN net_after >= CAST('9.50' AS DECIMAL(18, 2))
      THEN 'high'
      WHEN net_after >= CAST('9.50' AS DECIMAL(18, 2))
      THEN 'middle'
      ELSE 'low'
    END AS tier_to
  FROM people
  WHERE
    orders_before > 0 OR orders_after > 0
)
SELECT
  tier_from,
  tier_to,
  COUNT(*) AS members,
  CAST(SUM(net_before) AS DECIMAL(18, 2)) AS net_sales_before
FROM placed
GROUP BY
  tier_from,
  tier_to
