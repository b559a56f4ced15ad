/* milestones: one row per buyer: on how many dates they bought, and the first five of these. */
/* reads   purchases */
WITH numbered AS (
  SELECT
    member_id,
    ordered_on,
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY ordered_on) AS place
  FROM purchases
  WHERE
    order_count > 0
)
SELECT
  member_id,
  COUNT(*) AS order_days,
  MIN(CASE WHEN place = 1 THEN ordered_on END) AS first_on,
  MIN(CASE WHEN place = 2 THEN ordered_on END) AS second_on,
  MIN(CASE WHEN place = 3 THEN ordered_on END) AS third_on,
  MIN(CASE WHEN place = 4 THEN ordered_on END) AS fourth_on,
  MIN(CASE WHEN place = 5 THEN ordered_on END) AS fifth_on
FROM numbered
GROUP BY
  member_id
