/* bands: one row per measure and score from 1 to $bins (best), with the values it covers. */
/* reads   measures */
/* takes   $bins */
/* Fewer rows than bins means that ties were too many to tell apart: the output says so. Recency is */
/* scored from the best end (bins minus the share strictly more recent), so ties share the better score. */
WITH scored AS (
  SELECT
    measure,
    measured,
    observed,
    CASE
      WHEN measure = 'recency'
      THEN CAST('5' AS Nullable(Int64)) - (
        CAST((
          CAST('5' AS Nullable(Int64)) * (
            total - worse - observed
          )
        ) / total AS Nullable(Int64))
      )
      ELSE 1 + (
        CAST((
          CAST('5' AS Nullable(Int64)) * worse
        ) / total AS Nullable(Int64))
      )
    END AS score
  FROM measures
  WHERE
    measure <> 'rhythm'
)
SELECT
  measure,
  score,
  MIN(measured) AS lowest,
  MAX(measured) AS highest,
  CAST(SUM(observed) AS Nullable(Int64)) AS buyers
FROM scored
GROUP BY
  measure,
  score
