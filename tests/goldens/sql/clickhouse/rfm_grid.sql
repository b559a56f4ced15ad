/* rfm_grid: one row per pair of R and F scores that occurs, with members and sales. */
/* reads   segments */
WITH listed AS (
  SELECT
    r_score,
    f_score,
    net_sales AS sales
  FROM segments
)
SELECT
  r_score,
  f_score,
  COUNT(*) AS members,
  CAST(SUM(sales) AS Nullable(Decimal(18, 2))) AS net_sales
FROM listed
WHERE
  NOT (
    r_score IS NULL
  )
GROUP BY
  r_score,
  f_score
