/* rfm_summary: one row per RFM segment with members and sales. */
/* reads   segments */
WITH listed AS (
  SELECT
    *,
    net_sales AS sales
  FROM segments
)
SELECT
  rfm_segment,
  COUNT(*) AS members,
  CAST(SUM(sales) AS DECIMAL(18, 2)) AS net_sales
FROM listed
WHERE
  NOT rfm_segment IS NULL
GROUP BY
  rfm_segment
