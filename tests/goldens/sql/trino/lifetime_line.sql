/* lifetime_line: one row per part and day after the start, what was brought on it. */
/* reads   value_days */
WITH dated AS (
  SELECT
    part,
    days,
    net_sales AS net
  FROM value_days
)
SELECT
  part,
  days,
  CAST(SUM(net) AS DECIMAL(18, 2)) AS net_sales
FROM dated
GROUP BY
  part,
  days
