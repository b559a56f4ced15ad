/* natural_returns: one row per band of silence, band of purchase days and wait: how many members, what they then brought. */
/* reads   purchases, silence_bands */
/* takes   $looked_from   the date looked from; silence is counted up to it */
/*         $horizon_days  how many days after it are looked at, its last included */
/* A wait is how many days after that date the first purchase came; it is null for those who did not come. What they */
/* brought is their net sales in those days, refunds included. */
WITH dated AS (
  SELECT
    member_id,
    order_count > 0 AS is_visit,
    paid_amount - refunded_amount AS net,
    CAST(DATEDIFF(ordered_on, CAST('2026-06-30' AS DATE)) AS BIGINT) AS days
  FROM purchases
), people AS (
  SELECT
    member_id,
    0 - MAX(CASE WHEN is_visit AND days <= 0 THEN days END) AS silent_days,
    COUNT(CASE WHEN is_visit AND days <= 0 THEN 1 END) AS order_days,
    MIN(CASE WHEN is_visit AND days > 0 AND days <= CAST('90' AS BIGINT) THEN days END) AS wait_days,
    CAST(SUM(CASE WHEN days > 0 AND days <= CAST('90' AS BIGINT) THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_after
  FROM dated
  GROUP BY
    member_id
), silent AS (
  SELECT
    silent_days,
    CASE WHEN order_days = 1 THEN '1' WHEN order_days <= 3 THEN '2-3' ELSE '4+' END AS order_band,
    wait_days,
    net_after
  FROM people
  WHERE
    order_days > 0
)
SELECT
  silent_from,
  order_band,
  wait_days,
  COUNT(*) AS members,
  CAST(SUM(net_after) AS DECIMAL(18, 2)) AS net_sales
FROM silent
JOIN silence_bands
  ON silent_days BETWEEN silent_from AND silent_to
GROUP BY
  silent_from,
  order_band,
  wait_days
