/* silences: one row per length of silence at which anything changes: how many silences lasted that long, */
/* and how many of those ended within the next 90 days. */
/* reads   purchases */
/* takes   $as_of */
/* A silence counts at length s only if s + 90 days of it could be seen by as_of. Both counts are step */
/* functions of s, so each silence adds at its lowest s and leaves after its highest; the running sums go */
/* over distinct lengths, never over members. */
WITH observed AS (
  SELECT
    gap_days,
    DATE_DIFF(DAY, ordered_on, CAST('2026-06-30' AS Nullable(DATE))) + gap_days AS age_days
  FROM purchases
  WHERE
    NOT (
      gap_days IS NULL
    )
  UNION ALL
  SELECT
    CAST(NULL AS Nullable(Int64)) AS gap_days,
    DATE_DIFF(DAY, MAX(ordered_on), CAST('2026-06-30' AS Nullable(DATE))) AS age_days
  FROM purchases
  WHERE
    order_count > 0
  GROUP BY
    member_id
), spans AS (
  SELECT
    CASE WHEN gap_days > 90 THEN gap_days - 90 ELSE 0 END AS back_from,
    CASE
      WHEN gap_days IS NULL OR gap_days > age_days - 90
      THEN age_days - 90
      ELSE gap_days - 1
    END AS seen_to,
    NOT (
      gap_days IS NULL
    ) AS is_ended,
    COUNT(*) AS silences
  FROM observed
  WHERE
    age_days >= 90
  GROUP BY
    gap_days,
    age_days
), edges AS (
  SELECT
    CAST(0 AS Nullable(Int64)) AS silent_days,
    silences AS silent_change,
    0 AS back_change
  FROM spans
  UNION ALL
  SELECT
    seen_to + 1 AS silent_days,
    -silences AS silent_change,
    0 AS back_change
  FROM spans
  UNION ALL
  SELECT
    back_from AS silent_days,
    0 AS silent_change,
    silences AS back_change
  FROM spans
  WHERE
    is_ended AND back_from <= seen_to
  UNION ALL
  SELECT
    seen_to + 1 AS silent_days,
    0 AS silent_change,
    -silences AS back_change
  FROM spans
  WHERE
    is_ended AND back_from <= seen_to
), changes AS (
  SELECT
    'silence' AS measure,
    silent_days,
    CAST(SUM(silent_change) AS Nullable(Int64)) AS silent_step,
    CAST(SUM(back_change) AS Nullable(Int64)) AS back_step
  FROM edges
  GROUP BY
    silent_days
)
SELECT
  silent_days,
  CAST(SUM(silent_step) OVER lengths AS Nullable(Int64)) AS silent,
  CAST(SUM(back_step) OVER lengths AS Nullable(Int64)) AS returned
FROM changes
WINDOW lengths AS (
  PARTITION BY measure
  ORDER BY silent_days
  rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
)
