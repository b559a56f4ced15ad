/* base_cells: one row per stage, RFM group and own segments that members stood in then: who bought since, and what. */
/* reads   past_members, purchases */
/* takes   $as_of          today */
/*         $horizon_days   how long ago then is; the orders counted are those of the dates since */
/* Net sales are those of members who bought: refunds of theirs within the horizon are taken off. */
WITH since AS (
  SELECT
    member_id,
    CAST(SUM(order_count) AS BIGINT) AS placed,
    CAST(SUM(paid_amount - refunded_amount) AS DECIMAL(18, 2)) AS spent
  FROM purchases
  WHERE
    DATE_DIFF('DAY', DATE_TRUNC('DAY', ordered_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) >= 0
    AND DATE_DIFF('DAY', DATE_TRUNC('DAY', ordered_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) < CAST('90' AS BIGINT)
  GROUP BY
    member_id
)
SELECT
  stage,
  rfm_segment,
  custom_segments,
  COUNT(*) AS members,
  COUNT(CASE WHEN placed > 0 THEN 1 END) AS buyers,
  CAST(SUM(CASE WHEN placed > 0 THEN placed ELSE 0 END) AS BIGINT) AS orders,
  CAST(SUM(CASE WHEN placed > 0 THEN spent ELSE 0 END) AS DECIMAL(18, 2)) AS net_sales
FROM past_members
LEFT JOIN since
  USING (member_id)
GROUP BY
  stage,
  rfm_segment,
  custom_segments
