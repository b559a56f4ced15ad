/* churn: one row per listed buyer with a dated log: how likely they are gone, what is at stake, their rhythm in words. */
/* reads   stakes, segments, stages, churn_reasons */
/* takes   $risk_high, $risk_medium   from which churn_probability a band begins */
WITH scored AS (
  SELECT
    member_id,
    p_alive,
    churn_probability,
    CASE
      WHEN churn_probability >= CAST('0.8' AS DOUBLE)
      THEN 'high'
      WHEN churn_probability >= CAST('0.5' AS DOUBLE)
      THEN 'medium'
      WHEN NOT churn_probability IS NULL
      THEN 'low'
    END AS risk_band,
    expected_orders,
    expected_spend,
    value_at_risk
  FROM stakes
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
    CAST(FLOOR(10 * expected_gap_days + 0.5) AS BIGINT) AS norm_tenths,
    CAST(FLOOR(10 * median_gap_days + 0.5) AS BIGINT) AS gap_tenths,
    CAST(FLOOR(10 * days_since_last / CAST(NULLIF(median_gap_days, 0) AS DOUBLE) + 0.5) AS BIGINT) AS ratio_tenths
  FROM listed
  JOIN paced
    USING (member_id)
), worded /* Each sentence has numbers of its own: text is built for those alone, since it is slow to build. */ AS (
  SELECT
    member_id,
    stage,
    rfm_segment,
    days_since_last,
    median_gap_days,
    order_days,
    net_sales_365d,
    owner,
    CASE
      WHEN reason = 'once'
      THEN REPLACE(
        REPLACE(template, '{days}', COALESCE(CAST(days_since_last AS STRING), '')),
        '{norm}',
        COALESCE(
          CAST((
            norm_tenths DIV 10
          ) AS STRING) || CASE
            WHEN (
              norm_tenths % 10
            ) = 0
            THEN ''
            ELSE '.' || CAST((
              norm_tenths % 10
            ) AS STRING)
          END,
          ''
        )
      )
      ELSE REPLACE(
        REPLACE(
          REPLACE(template, '{days}', COALESCE(CAST(days_since_last AS STRING), '')),
          '{gap}',
          COALESCE(
            CAST((
              gap_tenths DIV 10
            ) AS STRING) || CASE
              WHEN (
                gap_tenths % 10
              ) = 0
              THEN ''
              ELSE '.' || CAST((
                gap_tenths % 10
              ) AS STRING)
            END,
            ''
          )
        ),
        '{ratio}',
        COALESCE(
          CAST((
            ratio_tenths DIV 10
          ) AS STRING) || '.' || CAST((
            ratio_tenths % 10
          ) AS STRING),
          ''
        )
      )
    END AS churn_reason
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
