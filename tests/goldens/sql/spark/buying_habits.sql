/* buying_habits: one row per member who bought by as_of: the rhythm of their purchases, where looking back needs it. */
/* reads   purchases */
/* takes   $as_of   the date looked back from */
WITH visits AS (
  SELECT
    member_id,
    gap_days,
    CAST(DATEDIFF(CAST('2026-06-30' AS DATE), ordered_on) AS BIGINT) AS age_days
  FROM purchases
  WHERE
    order_count > 0
)
SELECT
  member_id,
  CAST(MEDIAN(gap_days) AS DOUBLE) AS median_gap_days,
  COUNT(CASE WHEN age_days < 90 THEN 1 END) AS order_days_90d,
  COUNT(CASE WHEN age_days < 365 THEN 1 END) AS order_days_365d
FROM visits
WHERE
  age_days >= 0
GROUP BY
  member_id
