/* buying_habits: one row per member who bought by as_of: the rhythm of their purchases, where looking back needs it. */
/* reads   purchases */
/* takes   $as_of   the date looked back from */
WITH visits AS (
  SELECT
    member_id,
    gap_days,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', ordered_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) AS age_days
  FROM purchases
  WHERE
    order_count > 0
)
SELECT
  member_id,
  CAST(CASE
    WHEN COUNT(gap_days) > 0
    THEN (
      ELEMENT_AT(ARRAY_SORT(ARRAY_AGG(gap_days)), (
        COUNT(gap_days) + 1
      ) / 2) + ELEMENT_AT(ARRAY_SORT(ARRAY_AGG(gap_days)), COUNT(gap_days) / 2 + 1)
    ) / 2e0
  END AS DOUBLE) AS median_gap_days,
  COUNT(CASE WHEN age_days < 90 THEN 1 END) AS order_days_90d,
  COUNT(CASE WHEN age_days < 365 THEN 1 END) AS order_days_365d
FROM visits
WHERE
  age_days >= 0
GROUP BY
  member_id
