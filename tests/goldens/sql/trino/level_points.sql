/* level_points: one row per member, order and day on which points were earned or taken back. */
/* reads   points_log */
/* takes   $as_of */
WITH moved AS (
  SELECT
    member_id,
    order_id,
    changed_on,
    kind,
    change AS points_moved
  FROM points_log
  WHERE
    changed_on <= CAST('2026-06-30' AS DATE) AND kind IN ('earn', 'clawback')
)
SELECT
  member_id,
  order_id,
  changed_on,
  CAST(SUM(points_moved) AS DECIMAL(18, 2)) AS change
FROM moved
GROUP BY
  member_id,
  order_id,
  changed_on,
  kind
