/* outlooks: one row per member who had bought by a date: what was to be expected of them, what they brought before and after. */
/* reads   stakes, purchases */
/* takes   $looked_from   the date looked from: as_of of the chances */
/*         $horizon_days  how far ahead, and for comparison how far back */
/* order_before and order_after count purchase days. Of today nothing is known after. */
WITH dated AS (
  SELECT
    member_id,
    order_count,
    paid_amount - refunded_amount AS net,
    CAST(DATEDIFF(ordered_on, CAST('2026-06-30' AS DATE)) AS BIGINT) AS days
  FROM purchases
), known AS (
  SELECT
    member_id,
    COUNT(
      CASE WHEN order_count > 0 AND days > 0 AND days <= CAST('90' AS BIGINT) THEN 1 END
    ) AS orders_after,
    CAST(SUM(CASE WHEN days > 0 AND days <= CAST('90' AS BIGINT) THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_after,
    CAST(SUM(CASE WHEN days <= 0 AND days + CAST('90' AS BIGINT) > 0 THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_before
  FROM dated
  GROUP BY
    member_id
)
SELECT
  member_id,
  p_alive,
  expected_orders,
  expected_spend,
  orders_after,
  net_before,
  net_after
FROM stakes
JOIN known
  USING (member_id)
