/* stakes: one row per buyer: their chances, and what these mean in money within the horizon. */
/* reads   chances, histories */
/* takes   $value_p, $value_q, $value_gamma   the fitted Gamma–Gamma, or nulls where there is none: then members' own mean */
/* value_at_risk = churn_probability × orders_on_rhythm × expected value of an order: what they would spend within */
/* the horizon if they bought on as they did, times the chance that they do not. All of a member's orders count, the */
/* first included, less what was refunded; who returned more than they kept spent nothing. */
WITH spendings AS (
  SELECT
    member_id,
    CAST(order_days AS Nullable(Float64)) AS orders,
    CASE
      WHEN net_sales > 0
      THEN CAST(net_sales AS Nullable(Float64))
      ELSE CAST(0 AS Nullable(Float64))
    END AS spent
  FROM histories
), valued AS (
  SELECT
    member_id,
    CASE
      WHEN NOT (
        CAST('6.5' AS Nullable(Float64)) IS NULL
      )
      THEN CAST('6.5' AS Nullable(Float64)) * (
        CAST('15.5' AS Nullable(Float64)) + spent
      ) / nullIf(
        CAST('6.5' AS Nullable(Float64)) * orders + CAST('3.5' AS Nullable(Float64)) - 1,
        0
      )
      ELSE spent / nullIf(orders, 0)
    END AS order_value
  FROM spendings
)
SELECT
  member_id,
  p_alive,
  churn_probability,
  expected_orders,
  CAST(FLOOR(100 * (
    expected_orders * order_value
  ) + 0.5) / 100 AS Nullable(Decimal(18, 2))) AS expected_spend,
  CAST(FLOOR(100 * (
    churn_probability * orders_on_rhythm * order_value
  ) + 0.5) / 100 AS Nullable(Decimal(18, 2))) AS value_at_risk
FROM chances
JOIN valued
  USING (member_id)
