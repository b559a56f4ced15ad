/* milestones: one row per buyer, the dates of their first five purchase days. */
/* reads   purchases */
/* A milestone that was not reached is null; several orders on one date are one purchase day. */
WITH numbered AS (
  SELECT
    member_id,
    ordered_on,
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY ordered_on NULLS LAST) AS number
  FROM purchases
  WHERE
    order_count > 0
)
SELECT
  member_id,
  MIN(CASE WHEN number = 1 THEN ordered_on END) AS first_on,
  MIN(CASE WHEN number = 2 THEN ordered_on END) AS second_on,
  MIN(CASE WHEN number = 3 THEN ordered_on END) AS third_on,
  MIN(CASE WHEN number = 4 THEN ordered_on END) AS fourth_on,
  MIN(CASE WHEN number = 5 THEN ordered_on END) AS fifth_on
FROM numbered
WHERE
  number <= 5
GROUP BY
  member_id
