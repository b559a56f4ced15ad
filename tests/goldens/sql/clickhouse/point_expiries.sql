/* point_expiries: one row per last day of points that still count; none for those that have no last day. */
/* reads   point_lots */
SELECT
  expires_on,
  CAST(SUM(remaining) AS Nullable(Decimal(18, 2))) AS points
FROM point_lots
WHERE
  remaining > 0 AND NOT (
    expires_on IS NULL
  )
GROUP BY
  expires_on
