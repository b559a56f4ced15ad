/* chances_blended: one row per buyer: the chances of the model, its churn_probability halfway in log odds to what */
/* the shop's own past taught. */
/* reads   chances, histories */
/* takes   $learned_intercept, $learned_recency, $learned_orders, $learned_tenure, $learned_money */
WITH bounds AS (
  SELECT
    CAST(1 AS Nullable(Float64)) / 10000 AS nearly_never
), modelled /* Within bounds, so that no chance of MBG/NBD is so sure that nothing else counts. */ AS (
  SELECT
    member_id,
    p_alive,
    CASE
      WHEN churn_probability < nearly_never
      THEN nearly_never
      WHEN churn_probability > 1 - nearly_never
      THEN 1 - nearly_never
      ELSE churn_probability
    END AS modelled_probability,
    expected_orders,
    orders_on_rhythm
  FROM chances
  CROSS JOIN bounds
), spendings AS (
  SELECT
    member_id,
    days_since_last,
    order_days,
    tenure_days,
    CASE
      WHEN net_sales > 0
      THEN CAST(net_sales AS Nullable(Float64))
      ELSE CAST(0 AS Nullable(Float64))
    END AS spent
  FROM histories
), learned AS (
  SELECT
    member_id,
    CAST('-1.5' AS Nullable(Float64)) + CAST('0.5' AS Nullable(Float64)) * LN(1 + CAST(days_since_last AS Nullable(Float64))) + CAST('-0.5' AS Nullable(Float64)) * LN(CAST(order_days AS Nullable(Float64))) + CAST('0.5' AS Nullable(Float64)) * LN(1 + CAST(tenure_days AS Nullable(Float64))) + CAST('-0.5' AS Nullable(Float64)) * LN(1 + spent) AS learned_log_odds
  FROM spendings
), mixed AS (
  SELECT
    member_id,
    p_alive,
    (
      LN(modelled_probability) - LN(1 - modelled_probability) + learned_log_odds
    ) / 2 AS log_odds,
    expected_orders,
    orders_on_rhythm
  FROM modelled
  JOIN learned
    USING (member_id)
)
SELECT
  member_id,
  p_alive,
  COALESCE(1 / nullIf(1 + EXP(LEAST(-log_odds, 700)), 0), 0) AS churn_probability,
  expected_orders,
  orders_on_rhythm
FROM mixed
