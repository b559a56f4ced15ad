/* first_order_counts: one row, how many first-time buyers are old enough to be judged, how many came back, who is too young. */
/* reads   first_orders */
/* takes   $within_days   within how many days they must have come back */
SELECT
  COUNT(CASE WHEN age_days >= CAST('90' AS BIGINT) THEN 1 END) AS ripe,
  COUNT(CASE WHEN age_days >= CAST('90' AS BIGINT) AND is_back THEN 1 END) AS returned,
  COUNT(CASE WHEN age_days < CAST('90' AS BIGINT) THEN 1 END) AS too_young
FROM first_orders
