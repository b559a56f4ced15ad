/* rfm: one row per buyer: its three scores, and one of eight segments. */
/* reads   features, bands, norms */
/* Every buyer's value lies in exactly one band per measure, so each join finds exactly one row. */
WITH recency AS (
  SELECT
    score AS r_score,
    lowest AS r_lowest,
    highest AS r_highest
  FROM bands
  WHERE
    measure = 'recency'
), frequency AS (
  SELECT
    score AS f_score,
    lowest AS f_lowest,
    highest AS f_highest
  FROM bands
  WHERE
    measure = 'frequency'
), money AS (
  SELECT
    score AS m_score,
    lowest AS m_lowest,
    highest AS m_highest
  FROM bands
  WHERE
    measure = 'money'
), scored AS (
  SELECT
    member_id,
    r_score,
    f_score,
    m_score,
    days_since_last <= recency_split AS is_recent,
    order_days > frequency_split AS is_frequent,
    CAST(net_sales AS Nullable(Float64)) > money_split AS is_valuable
  FROM features
  CROSS JOIN norms
  JOIN recency
    ON CAST(-days_since_last AS Nullable(Decimal(18, 2))) BETWEEN r_lowest AND r_highest
  JOIN frequency
    ON CAST(order_days AS Nullable(Decimal(18, 2))) BETWEEN f_lowest AND f_highest
  JOIN money
    ON net_sales BETWEEN m_lowest AND m_highest
  WHERE
    order_days > 0 AND NOT (
      last_order_on IS NULL
    )
)
SELECT
  member_id,
  CAST(r_score AS Nullable(Int64)) AS r_score,
  CAST(f_score AS Nullable(Int64)) AS f_score,
  CAST(m_score AS Nullable(Int64)) AS m_score,
  CASE
    WHEN is_recent AND is_frequent AND is_valuable
    THEN 'important_value'
    WHEN is_recent AND is_valuable
    THEN 'important_develop'
    WHEN is_frequent AND is_valuable
    THEN 'important_keep'
    WHEN is_valuable
    THEN 'important_winback'
    WHEN is_recent AND is_frequent
    THEN 'general_value'
    WHEN is_recent
    THEN 'general_develop'
    WHEN is_frequent
    THEN 'general_keep'
    ELSE 'general_winback'
  END AS rfm_segment
FROM scored
