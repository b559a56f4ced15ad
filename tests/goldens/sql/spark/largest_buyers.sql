/* largest_buyers: one row per member who brought at least so much in the 365 days up to as_of. */
/* reads   features */
/* takes   $least_sales */
SELECT
  member_id,
  net_sales_365d AS net_sales
FROM features
WHERE
  net_sales_365d >= CAST(CAST('9.50' AS DECIMAL(18, 2)) AS DECIMAL(18, 2))
