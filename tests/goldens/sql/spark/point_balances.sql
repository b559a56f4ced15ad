/* point_balances: one row per member who ever had points: what they have and owe, what lapsed, what soon will. */
/* reads   point_movements, point_lots */
/* takes   $as_of */
/*         $expiring_days   what lapses within so many days is expiring; a lot counts on its last day */
/* Movements told as expired or frozen move no balance: they are what the platform says of it. */
WITH moved AS (
  SELECT
    member_id,
    CAST(SUM(CASE WHEN kind IN ('expire', 'freeze') THEN 0 ELSE change END) AS DECIMAL(18, 2)) AS moved,
    CAST(SUM(CASE WHEN kind = 'expire' THEN -change ELSE 0 END) AS DECIMAL(18, 2)) AS told_lapsed,
    CAST(SUM(CASE WHEN kind = 'freeze' THEN -change ELSE 0 END) AS DECIMAL(18, 2)) AS frozen,
    CAST(SUM(CASE WHEN kind = 'opening' THEN change ELSE 0 END) AS DECIMAL(18, 2)) AS opening
  FROM point_movements
  GROUP BY
    member_id
), held AS (
  SELECT
    member_id,
    CAST(SUM(lapsed) AS DECIMAL(18, 2)) AS gone,
    CAST(SUM(remaining) AS DECIMAL(18, 2)) AS unspent,
    CAST(SUM(
      CASE
        WHEN CAST(DATEDIFF(expires_on, CAST('2026-06-30' AS DATE)) AS BIGINT) BETWEEN 0 AND CAST('30' AS BIGINT)
        THEN remaining
        ELSE 0
      END
    ) AS DECIMAL(18, 2)) AS expiring,
    CAST(SUM(CASE WHEN expires_on IS NULL AND kind <> 'opening' THEN remaining ELSE 0 END) AS DECIMAL(18, 2)) AS never,
    MIN(
      CASE
        WHEN remaining > 0
        AND CAST(DATEDIFF(expires_on, CAST('2026-06-30' AS DATE)) AS BIGINT) BETWEEN 0 AND CAST('30' AS BIGINT)
        THEN expires_on
      END
    ) AS first_expires_on
  FROM point_lots
  GROUP BY
    member_id
)
SELECT
  member_id,
  CAST(moved - COALESCE(gone, 0) AS DECIMAL(18, 2)) AS balance,
  CAST(COALESCE(unspent, 0) - moved + COALESCE(gone, 0) AS DECIMAL(18, 2)) AS debt,
  COALESCE(gone, 0) AS lapsed,
  told_lapsed,
  frozen,
  opening,
  COALESCE(expiring, 0) AS expiring,
  COALESCE(never, 0) AS never,
  first_expires_on
FROM moved
LEFT JOIN held
  USING (member_id)
