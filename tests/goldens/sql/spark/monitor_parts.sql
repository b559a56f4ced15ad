/* monitor_parts: one row per part of the shop: its members. */
/* reads   features */
WITH known AS (
  SELECT
    member_id,
    '' AS part
  FROM features
)
SELECT
  part,
  COUNT(*) AS members
FROM known
GROUP BY
  part
