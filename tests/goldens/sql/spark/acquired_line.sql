/* acquired_line: one row per source, shares and day after members came: net sales of that day. */
/* reads   acquired_days */
WITH dated AS (
  SELECT
    source,
    shares,
    days,
    paid_amount - refunded_amount AS net
  FROM acquired_days
)
SELECT
  source,
  shares,
  days,
  CAST(SUM(net) AS DECIMAL(18, 2)) AS net_sales
FROM dated
GROUP BY
  source,
  shares,
  days
