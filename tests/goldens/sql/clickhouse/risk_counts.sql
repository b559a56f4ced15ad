/* risk_counts: one row per risk band of an earlier date: its members, and how many of them fell silent after. */
/* reads   chances, histories */
/* takes   $risk_high, $risk_medium   from which churn_probability a band begins */
WITH banded AS (
  SELECT
    member_id,
    CASE
      WHEN churn_probability >= CAST('0.8' AS Nullable(Float64))
      THEN 'high'
      WHEN churn_probability >= CAST('0.5' AS Nullable(Float64))
      THEN 'medium'
      ELSE 'low'
    END AS risk_band
  FROM chances
), judged AS (
  SELECT
    member_id,
    is_silent
  FROM histories
)
SELECT
  risk_band,
  COUNT(*) AS members,
  COUNT(CASE WHEN is_silent THEN 1 END) AS silent
FROM banded
JOIN judged
  USING (member_id)
GROUP BY
  risk_band
