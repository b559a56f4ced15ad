/* cost_cells: one row per month or day, channel and campaign of the costs; cac_spent is what of it the cost of acquisition counts. */
/* reads   costs */
/* takes   $as_of */
SELECT
  spent_on,
  source_channel,
  campaign,
  CAST(SUM(amount) AS DECIMAL(18, 2)) AS spent,
  CAST(SUM(cac_cost) AS DECIMAL(18, 2)) AS cac_spent
FROM costs
WHERE
  spent_on <= CAST('2026-06-30' AS DATE)
GROUP BY
  spent_on,
  source_channel,
  campaign
