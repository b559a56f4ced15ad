/* chances_by_cell: one row per buyer: what became of members of their RFM cell, where no model can be fitted. */
/* reads   histories, cell_rates */
/* takes   $horizon_days, $recency_split, $frequency_split, $cell_money_split, and */
/*         $shop_silent_rate   for cells that nobody was in then; null where nothing is known */
WITH placed AS (
  SELECT
    member_id,
    CASE
      WHEN days_since_last <= CAST('90.0' AS Nullable(Float64))
      THEN TRUE
      ELSE FALSE
    END AS is_recent,
    CASE WHEN order_days > CAST('1.0' AS Nullable(Float64)) THEN TRUE ELSE FALSE END AS is_frequent,
    CASE
      WHEN CAST(net_sales AS Nullable(Float64)) > CAST('100.5' AS Nullable(Float64))
      THEN TRUE
      ELSE FALSE
    END AS is_valuable,
    CAST('90' AS Nullable(Int64)) * CAST(repeats AS Nullable(Float64)) / nullIf(CAST(tenure_days AS Nullable(Float64)), 0) AS orders_on_rhythm
  FROM histories
)
SELECT
  member_id,
  CAST(NULL AS Nullable(Float64)) AS p_alive,
  COALESCE(silent_rate, CAST('0.75' AS Nullable(Float64))) AS churn_probability,
  CAST(NULL AS Nullable(Float64)) AS expected_orders,
  COALESCE(orders_on_rhythm, CAST(0 AS Nullable(Float64))) AS orders_on_rhythm
FROM placed
LEFT JOIN cell_rates
  USING (is_recent, is_frequent, is_valuable)
