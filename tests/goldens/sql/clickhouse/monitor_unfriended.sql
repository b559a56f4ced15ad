/* monitor_unfriended: one row per part and day on which members left an employee's friends. */
/* reads   unfriended, features */
/* takes   $as_of   nothing after it exists */
WITH known AS (
  SELECT
    member_id,
    '' AS part
  FROM features
)
SELECT
  part,
  deleted_on AS day,
  COUNT(*) AS unfriended_members
FROM unfriended
JOIN known
  USING (member_id)
WHERE
  deleted_on <= CAST('2026-06-30' AS Nullable(DATE))
GROUP BY
  part,
  deleted_on
