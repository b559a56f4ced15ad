/* point_causes: one row per cause by which balances part: members whose movements part by it, and whose balance does. */
/* reads   point_breaks, point_accounts */
WITH each_one AS (
  SELECT
    cause,
    1 AS parted,
    0 AS apart,
    CAST(0 AS DECIMAL(18, 2)) AS distance
  FROM point_breaks
  UNION ALL
  SELECT
    cause,
    0 AS parted,
    1 AS apart,
    ABS(difference) AS distance
  FROM point_accounts
  WHERE
    NOT cause IS NULL
)
SELECT
  cause,
  CAST(SUM(parted) AS BIGINT) AS breaks,
  CAST(SUM(apart) AS BIGINT) AS accounts,
  CAST(SUM(distance) AS DECIMAL(18, 2)) AS points
FROM each_one
GROUP BY
  cause
