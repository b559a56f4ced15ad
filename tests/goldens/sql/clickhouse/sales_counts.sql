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
    DATE_DIFF(DAY, CAST('2026-04-02' AS Nullable(DATE)), ordered_on) >= 0
    AND DATE_DIFF(DAY, ordered_on, CAST('2026-06-30' AS Nullable(DATE))) >= 0
), people AS (
  SELECT
    member_id,
    CAST(SUM(order_count) AS Nullable(Int64)) AS order_total,
    CAST(SUM(net) AS Nullable(Decimal(18, 2))) AS net_sales
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
