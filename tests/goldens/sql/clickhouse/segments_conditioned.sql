/* segments: one row per member: stage, RFM segment, the numbers behind them, and why, in a sentence. */
/* reads   features, stages, rfm, members, stage_reasons, snapshot */
/* takes   $mature_orders, $previous_on */
/* custom_segments is put in from [segments], and a final condition from --where, as syntax trees. The */
/* sentences come from stage_reasons in the reader's language; their numbers are whole or have one decimal. */
/* previous_stage is that of the list compared with, of the day previous_stage_on; both are empty for who was */
/* not on it, and where there is none. */
WITH measured AS (
  SELECT
    member_id,
    stage,
    days_since_last,
    order_days,
    order_count,
    net_sales,
    average_order_value,
    median_gap_days,
    first_order_on,
    last_order_on,
    tenure_days,
    orders_90d,
    orders_365d,
    net_sales_90d,
    net_sales_365d,
    refund_rate,
    referred_count,
    is_registered,
    is_referrer,
    is_unfriended,
    history,
    joined_on,
    CASE
      WHEN stage IN ('churned', 'dormant') AND NOT (
        own_gap_days IS NULL
      )
      THEN stage || '_own'
      WHEN stage = 'declining' AND own_gap_days IS NULL
      THEN 'declining_two'
      WHEN stage = 'nurturing' AND days_since_joined IS NULL
      THEN 'nurturing_undated'
      ELSE stage
    END AS reason,
    CAST(FLOOR(10 * expected_gap_days + 0.5) AS Nullable(Int64)) AS gap_tenths,
    CAST(FLOOR(
      10 * days_since_last / CAST(nullIf(expected_gap_days, 0) AS Nullable(Float64)) + 0.5
    ) AS Nullable(Int64)) AS ratio_tenths,
    CAST(FLOOR(10 * CASE WHEN stage = 'churned' THEN churned_limit ELSE dormant_limit END + 0.5) AS Nullable(Int64)) AS limit_tenths,
    days_since_joined,
    days_since_return,
    silence_days
  FROM features
  JOIN stages
    USING (member_id)
), labelled /* Each stage's sentences have numbers of their own: text is built for those alone, since it is slow to build. */ AS (
  SELECT
    member_id,
    stage,
    rfm_segment,
    r_score,
    f_score,
    m_score,
    days_since_last,
    order_days,
    order_count,
    net_sales,
    average_order_value,
    median_gap_days,
    first_order_on,
    last_order_on,
    tenure_days,
    orders_90d,
    orders_365d,
    net_sales_90d,
    net_sales_365d,
    refund_rate,
    referred_count,
    is_registered,
    is_referrer,
    is_unfriended,
    history,
    CASE
      WHEN stage IN ('acquired', 'activated', 'nurturing', 'unknown')
      THEN REPLACE(template, '{joined}', COALESCE(CAST(days_since_joined AS Nullable(String)), ''))
      WHEN stage = 'converted'
      THEN REPLACE(template, '{days}', COALESCE(CAST(days_since_last AS Nullable(String)), ''))
      WHEN stage IN ('retained', 'mature')
      THEN REPLACE(
        REPLACE(
          REPLACE(template, '{days}', COALESCE(CAST(days_since_last AS Nullable(String)), '')),
          '{orders}',
          CAST(order_days AS Nullable(String))
        ),
        '{mature}',
        CAST(CAST('4' AS Nullable(Int64)) AS Nullable(String))
      )
      WHEN stage = 'returned'
      THEN REPLACE(
        REPLACE(template, '{back}', COALESCE(CAST(days_since_return AS Nullable(String)), '')),
        '{silence}',
        COALESCE(CAST(silence_days AS Nullable(String)), '')
      )
      ELSE REPLACE(
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
          '{ratio}',
          COALESCE(
            CAST((
              CAST(ratio_tenths / 10 AS Nullable(Int64))
            ) AS Nullable(String)) || '.' || CAST((
              ratio_tenths % 10
            ) AS Nullable(String)),
            ''
          )
        ),
        '{limit}',
        COALESCE(
          CAST((
            CAST(limit_tenths / 10 AS Nullable(Int64))
          ) AS Nullable(String)) || CASE
            WHEN (
              limit_tenths % 10
            ) = 0
            THEN ''
            ELSE '.' || CAST((
              limit_tenths % 10
            ) AS Nullable(String))
          END,
          ''
        )
      )
    END AS stage_reason,
    joined_on
  FROM measured
  JOIN stage_reasons
    USING (reason)
  LEFT JOIN rfm
    USING (member_id)
), attributes AS (
  SELECT
    member_id,
    joined_by,
    level,
    points,
    owner,
    store,
    source_channel,
    city,
    gender,
    birthday,
    tags,
    consent_sms,
    consent_wecom,
    consent_ads,
    opt_out_profiling
  FROM members
), earlier AS (
  SELECT
    member_id,
    stage AS previous_stage,
    CAST(CAST('2026-03-31' AS Nullable(DATE)) AS Nullable(DATE)) AS previous_stage_on
  FROM snapshot
)
SELECT
  member_id,
  stage,
  rfm_segment,
  r_score,
  f_score,
  m_score,
  days_since_last,
  order_days,
  order_count,
  net_sales,
  average_order_value,
  median_gap_days,
  first_order_on,
  last_order_on,
  orders_365d,
  net_sales_365d,
  refund_rate,
  is_registered,
  is_referrer,
  is_unfriended,
  history,
  SUBSTRING(
    CASE
      WHEN net_sales >= 1000.50 AND stage IN ('dormant', 'churned')
      THEN ';big and silent'
      ELSE ''
    END || CASE
      WHEN owner IS NULL
      OR (
        CAST(points AS Nullable(Float64)) * CAST(2 AS Nullable(Float64)) + 1 > 10
        AND NOT is_unfriended
      )
      THEN ';自己人'
      ELSE ''
    END || CASE
      WHEN last_order_on BETWEEN CAST('2026-01-01' AS Nullable(DATE)) AND CAST('2026-06-30' AS Nullable(DATE))
      AND LOWER(city) LIKE '杭%'
      THEN ';lately'
      ELSE ''
    END,
    2
  ) AS custom_segments,
  stage_reason,
  previous_stage,
  previous_stage_on,
  joined_on,
  joined_by,
  level,
  points,
  owner,
  store,
  source_channel,
  city,
  gender,
  birthday,
  tags,
  consent_sms,
  consent_wecom,
  consent_ads,
  opt_out_profiling
FROM labelled
LEFT JOIN attributes
  USING (member_id)
LEFT JOIN earlier
  USING (member_id)
WHERE
  COALESCE(order_days, 0) > 0 OR level <> '金卡'
