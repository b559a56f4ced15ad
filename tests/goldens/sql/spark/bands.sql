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
      THEN CAST('5' AS BIGINT) - (
        (
          CAST('5' AS BIGINT) * (
            total - worse - observed
          )
        ) DIV total
      )
      ELSE 1 + (
        (
          CAST('5' AS BIGINT) * worse
        ) DIV total
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
  CAST(SUM(observed) AS BIGINT) AS buyers
FROM scored
GROUP BY
  measure,
  score
