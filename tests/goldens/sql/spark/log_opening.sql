/* log_opening: one row: the first day of the log, and how many of its buyers had joined before it. */
/* reads   features */
WITH opening AS (
  SELECT
    MIN(first_order_on) AS began_on
  FROM features
)
SELECT
  began_on,
  COUNT(*) AS buyers,
  COUNT(CASE WHEN CAST(DATEDIFF(began_on, joined_on) AS BIGINT) > 0 THEN 1 END) AS older
FROM features
CROSS JOIN opening
WHERE
  NOT first_order_on IS NULL
GROUP BY
  began_on
