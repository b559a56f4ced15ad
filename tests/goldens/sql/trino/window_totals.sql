/* window_totals: one row per part: money, orders, who bought, who was active at all from $from_on to as_of, who ever bought. */
/* reads   purchases, starts, members */
/* takes   $as_of, $from_on */
/* Refunds count on the day they fall on, also those of members who bought nothing then. Active is who bought, and who */
/* had the last event known of them in the window. */
WITH inside AS (
  SELECT
    member_id,
    order_count,
    paid_amount - refunded_amount AS net
  FROM purchases
  WHERE
    DATE_DIFF('DAY', DATE_TRUNC('DAY', CAST('2026-04-02' AS DATE)), DATE_TRUNC('DAY', ordered_on)) >= 0
), people AS (
  SELECT
    member_id,
    CAST(SUM(order_count) AS BIGINT) AS order_total,
    CAST(SUM(net) AS DECIMAL(18, 2)) AS net_total
  FROM inside
  GROUP BY
    member_id
), visitors AS (
  SELECT
    member_id,
    CASE
      WHEN last_event_on >= CAST('2026-04-02' AS DATE)
      AND last_event_on <= CAST('2026-06-30' AS DATE)
      THEN TRUE
      ELSE FALSE
    END AS is_visitor
  FROM members
)
SELECT
  part,
  COUNT(CASE WHEN fate <> 'never_bought' THEN 1 END) AS ever_buyers,
  COUNT(CASE WHEN order_total > 0 OR is_visitor THEN 1 END) AS active,
  COUNT(CASE WHEN order_total > 0 THEN 1 END) AS buyers,
  CAST(SUM(COALESCE(order_total, 0)) AS BIGINT) AS orders,
  CAST(SUM(COALESCE(net_total, 0)) AS DECIMAL(18, 2)) AS net_sales
FROM starts
LEFT JOIN people
  USING (member_id)
LEFT JOIN visitors
  USING (member_id)
GROUP BY
  part
