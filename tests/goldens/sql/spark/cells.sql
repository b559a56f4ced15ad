/* cells: one row per RFM cell as of $as_of: how many members it held, and how many of them fell silent after. */
/* reads   histories */
/* takes   $recency_split, $frequency_split, $cell_money_split */
WITH placed AS (
  SELECT
    CASE WHEN days_since_last <= CAST('90.0' AS DOUBLE) THEN TRUE ELSE FALSE END AS is_recent,
    CASE WHEN order_days > CAST('1.0' AS DOUBLE) THEN TRUE ELSE FALSE END AS is_frequent,
    CASE
      WHEN CAST(net_sales AS DOUBLE) > CAST('100.5' AS DOUBLE)
      THEN TRUE
      ELSE FALSE
    END AS is_valuable,
    is_silent
  FROM histories
)
SELECT
  is_recent,
  is_frequent,
  is_valuable,
  COUNT(*) AS members,
  COUNT(CASE WHEN is_silent THEN 1 END) AS silent
FROM placed
GROUP BY
  is_recent,
  is_frequent,
  is_valuable
