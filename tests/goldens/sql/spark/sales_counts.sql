/* sales_counts: one row per net sales of a buyer between two dates, both included: how many buyers brought just that. */
/* reads   purchases */
/* takes   $from_on, $to_on */
WITH inside AS (
  SELECT
    member_id,
    order_count,
    paid_amount - refunded_amount AS net
  FROM purchases
  WHERE
    CAST(DATEDIFF(ordered_on, CAST('2026-04-02' AS DATE)) AS BIGINT) >= 0
    AND CAST(DATEDIFF(CAST('2026-06-30' AS DATE), ordered_on) AS BIGINT) >= 0
), people AS (
  SELECT
    member_id,
    CAST(SUM(order_count) AS BIGINT) AS order_total,
    CAST(SUM(net) AS DECIMAL(18, 2)) AS net_sales
  FROM inside
  GROUP BY
    member_id
)
SELECT
  net_sales,
  COUNT(*) AS members
FROM people
WHERE
  order_total > 0
GROUP BY
  net_sales
