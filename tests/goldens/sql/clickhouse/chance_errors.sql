/* chance_errors: one row: how far the chances of an earlier date were from what came, squared and summed. */
/* reads   chances, histories */
/* In whole billionths, so that the sum is the same in whatever order an engine adds. */
WITH judged AS (
  SELECT
    member_id,
    CASE
      WHEN is_silent
      THEN CAST(1 AS Nullable(Float64))
      ELSE CAST(0 AS Nullable(Float64))
    END AS came_true
  FROM histories
)
SELECT
  COUNT(*) AS members,
  CAST(SUM(
    CAST(FLOOR(
      1000000000 * (
        (
          churn_probability - came_true
        ) * (
          churn_probability - came_true
        )
      ) + 0.5
    ) AS Nullable(Int64))
  ) AS Nullable(Int64)) AS error_billionths
FROM chances
JOIN judged
  USING (member_id)
