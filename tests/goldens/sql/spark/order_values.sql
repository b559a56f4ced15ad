/* order_values: one row per number of orders and what they came to, of members who spent something. */
/* reads   histories */
/* What they came to goes in steps of its logarithm, 500 to one: a thousandth either way, and a shop of millions is some */
/* ten thousand rows. */
WITH spendings AS (
  SELECT
    order_days,
    CAST(FLOOR(500 * LN(CAST(net_sales AS DOUBLE)) + 0.5) AS BIGINT) AS money_step
  FROM histories
  WHERE
    net_sales > 0
)
SELECT
  order_days,
  money_step,
  COUNT(*) AS members
FROM spendings
GROUP BY
  order_days,
  money_step
