/* churn: one row per listed buyer with a dated log: how likely they are gone, what is at stake, their rhythm in words. */
/* reads   chances, histories, segments, stages, churn_reasons */
/* takes   $risk_high, $risk_medium   from which churn_probability a band begins */
/*         $value_p, $value_q, $value_gamma   the fitted Gamma–Gamma, or nulls where there is none: then members' */
/*                                            own mean, and $mean_order_value for those who bought once */
/* value_at_risk = churn_probability × orders_on_rhythm × expected value of an order: what they would spend within */
/* the horizon if they bought on as they did, times the chance that they do not. */
WITH worths AS (
  SELECT
    member_id,
    CASE
      WHEN repeat_sales > 0
      THEN CAST(repeats AS Nullable(Float64))
      ELSE CAST(0 AS Nullable(Float64))
    END AS x,
    CASE
      WHEN repeat_sales > 0
      THEN CAST(repeat_sales AS Nullable(Float64))
      ELSE CAST(0 AS Nullable(Float64))
    END AS repeat_sum
  FROM histories
), valued AS (
  SELECT
    member_id,
    CASE
      WHEN NOT (
        CAST('6.5' AS Nullable(Float64)) IS NULL
      )
      THEN CAST('6.5' AS Nullable(Float64)) * (
        CAST('15.5' AS Nullable(Float64)) + repeat_sum
      ) / nullIf(CAST('6.5' AS Nullable(Float64)) * x + CAST('3.5' AS Nullable(Float64)) - 1, 0)
      ELSE COALESCE(repeat_sum / nullIf(x, 0), CAST('35.5' AS Nullable(Float64)))
    END AS order_value
  FROM worths
), scored AS (
  SELECT
    member_id,
    p_alive,
    churn_probability,
    CASE
      WHEN churn_probability >= CAST('0.8' AS Nullable(Float64))
      THEN 'high'
      WHEN churn_probability >= CAST('0.5' AS Nullable(Float64))
      THEN 'medium'
      WHEN NOT (
        churn_probability IS NULL
      )
      THEN 'low'
    END AS risk_band,
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
), listed AS (
  SELECT
    member_id,
    stage,
    rfm_segment,
    days_since_last,
    median_gap_days,
    order_days,
    net_sales_365d,
    owner
  FROM segments
), paced AS (
  SELECT
    member_id,
    expected_gap_days
  FROM stages
), rhythms AS (
  SELECT
    member_id,
    stage,
    rfm_segment,
    days_since_last,
    median_gap_days,
    order_days,
    net_sales_365d,
    owner,
    CASE WHEN order_days >= 3 THEN 'own' WHEN order_days = 2 THEN 'two' ELSE 'once' END AS reason,
    CAST(FLOOR(10 * expected_gap_days + 0.5) AS Nullable(Int64)) AS norm_tenths,
    CAST(FLOOR(10 * median_gap_days + 0.5) AS Nullable(Int64)) AS gap_tenths,
    CAST(FLOOR(
      10 * days_since_last / CAST(nullIf(median_gap_days, 0) AS Nullable(Float64)) + 0.5
    ) AS Nullable(Int64)) AS ratio_tenths
  FROM listed
  JOIN paced
    USING (member_id)
), worded AS (
  SELECT
    member_id,
    stage,
    rfm_segment,
    days_since_last,
    median_gap_days,
    order_days,
    net_sales_365d,
    owner,
    REPLACE(
      REPLACE(
        REPLACE(
          REPLACE(template, '{days}', COALESCE(CAST(days_since_last AS Nullable(String)), '')),
          '{gap}',
          COALESCE(
            CAST((
              CAST(gap_tenths / 10 AS Nullable(Int64))
            ) AS Nullable(String)) || CASE
              WHEN (
                gap_tenths % 10
              ) = 0
              THEN ''
              ELSE '.' || CAST((
                gap_tenths % 10
              ) AS Nullable(String))
            END,
            ''
          )
        ),
        '{norm}',
        COALESCE(
          CAST((
            CAST(norm_tenths / 10 AS Nullable(Int64))
          ) AS Nullable(String)) || CASE
            WHEN (
              norm_tenths % 10
            ) = 0
            THEN ''
            ELSE '.' || CAST((
              norm_tenths % 10
            ) AS Nullable(String))
          END,
          ''
        )
      ),
      '{ratio}',
      COALESCE(
        CAST((
          CAST(ratio_tenths / 10 AS Nullable(Int64))
        ) AS Nullable(String)) || '.' || CAST((
          ratio_tenths % 10
        ) AS Nullable(String)),
        ''
      )
    ) AS churn_reason
  FROM rhythms
  JOIN churn_reasons
    USING (reason)
)
SELECT
  member_id,
  churn_probability,
  risk_band,
  value_at_risk,
  p_alive,
  expected_orders,
  expected_spend,
  stage,
  rfm_segment,
  days_since_last,
  median_gap_days,
  order_days,
  net_sales_365d,
  owner,
  churn_reason
FROM scored
JOIN worded
  USING (member_id)
