/* favourite_categories: one row per member who bought of any category: the one bought on most dates, and on how many. */
/* reads   items */
WITH dated AS (
  SELECT
    member_id,
    category,
    ordered_on
  FROM items
  WHERE
    quantity > 0 AND NOT (
      category IS NULL
    )
  GROUP BY
    member_id,
    category,
    ordered_on
), counted AS (
  SELECT
    member_id,
    category,
    COUNT(*) AS days
  FROM dated
  GROUP BY
    member_id,
    category
), whole AS (
  SELECT
    member_id,
    COUNT(*) AS all_days
  FROM (
    SELECT
      member_id,
      ordered_on
    FROM dated
    GROUP BY
      member_id,
      ordered_on
  ) AS each_date
  GROUP BY
    member_id
), ranked AS (
  SELECT
    member_id,
    category,
    days,
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY days DESC, category) AS place
  FROM counted
)
SELECT
  member_id,
  category,
  days,
  all_days
FROM ranked
JOIN whole
  USING (member_id)
WHERE
  place = 1
