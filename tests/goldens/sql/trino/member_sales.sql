/* member_sales: one row per net sales of a member in the 365 days up to as_of, above zero: how many brought just that. */
/* reads   features */
SELECT
  net_sales_365d AS net_sales,
  COUNT(*) AS members
FROM features
WHERE
  net_sales_365d > 0
GROUP BY
  net_sales_365d
