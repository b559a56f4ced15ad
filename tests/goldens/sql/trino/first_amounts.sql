/* first_amounts: one row per measure and amount in cents, how many first orders had it. */
/* reads   first_orders */
/* takes   $within_days   within how many days they must have come back: who is younger is not counted */
WITH amounts AS (
  SELECT
    'paid' AS measure,
    paid_cents AS cents
  FROM first_orders
  WHERE
    age_days >= CAST('90' AS BIGINT)
  UNION ALL
  SELECT
    'price' AS measure,
    price_cents AS cents
  FROM first_orders
  WHERE
    age_days >= CAST('90' AS BIGINT) AND NOT price_cents IS NULL
)
SELECT
  measure,
  cents,
  COUNT(*) AS members
FROM amounts
GROUP BY
  measure,
  cents
