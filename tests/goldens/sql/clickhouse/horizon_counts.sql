/* horizon_counts: one row per part and horizon: who is old enough to be judged, and who of them came back by then or later. */
/* reads   starts, revisits, horizons */
/* takes   $until   days after which nothing counts for bounded */
/* A horizon of n days includes day n. Whoever began less than n days ago is in neither number. */
WITH returned AS (
  SELECT
    member_id,
    MIN(days) AS first_return,
    MAX(days) AS last_return,
    MAX(CASE WHEN days <= CAST('90' AS Nullable(Int64)) THEN days END) AS last_until
  FROM revisits
  GROUP BY
    member_id
), begun AS (
  SELECT
    part,
    age_days,
    first_return,
    last_return,
    last_until
  FROM starts
  LEFT JOIN returned
    USING (member_id)
  WHERE
    NOT (
      start_on IS NULL
    )
)
SELECT
  part,
  horizon,
  COUNT(CASE WHEN age_days >= horizon THEN 1 END) AS ripe,
  COUNT(CASE WHEN age_days >= horizon AND first_return <= horizon THEN 1 END) AS within_horizon,
  COUNT(CASE WHEN age_days >= horizon AND last_return >= horizon THEN 1 END) AS unbounded,
  COUNT(
    CASE
      WHEN age_days >= CAST('90' AS Nullable(Int64))
      AND horizon <= CAST('90' AS Nullable(Int64))
      THEN 1
    END
  ) AS ripe_until,
  COUNT(
    CASE
      WHEN age_days >= CAST('90' AS Nullable(Int64)) AND last_until >= horizon
      THEN 1
    END
  ) AS bounded
FROM begun
CROSS JOIN horizons
GROUP BY
  part,
  horizon
