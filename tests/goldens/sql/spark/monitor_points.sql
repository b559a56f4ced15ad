/* monitor_points: one row per part and day on which points were spent: how many, in how many movements. */
/* reads   points_log, features */
/* takes   $as_of   nothing after it exists */
WITH known AS (
  SELECT
    member_id,
    '' AS part
  FROM features
)
SELECT
  part,
  changed_on AS day,
  CAST(SUM(-change) AS DECIMAL(18, 2)) AS points_burned,
  COUNT(*) AS burns
FROM points_log
JOIN known
  USING (member_id)
WHERE
  kind = 'burn' AND changed_on <= CAST('2026-06-30' AS DATE)
GROUP BY
  part,
  changed_on
