/* point_kinds: one row per kind of movement that occurs: how many, how many points, since when. */
/* reads   point_movements */
/* takes   $starts_on   the first day of the past year, or of the log if that is later */
SELECT
  kind,
  COUNT(*) AS movements,
  CAST(SUM(change) AS Nullable(Decimal(18, 2))) AS points,
  CAST(SUM(
    CASE WHEN changed_on >= CAST('2026-06-01' AS Nullable(DATE)) THEN change ELSE 0 END
  ) AS Nullable(Decimal(18, 2))) AS points_lately,
  MIN(changed_on) AS first_on
FROM point_movements
GROUP BY
  kind
