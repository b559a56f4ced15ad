/* acquired_costs: one row per source and month of the costs; no source where they are of none, no month before the first. */
/* reads   costs, periods */
/* takes   $as_of, $by   what the source is: source_channel, campaign, partner, store or owner */
WITH told AS (
  SELECT
    period,
    CASE
      WHEN CAST('source_channel' AS STRING) = 'campaign'
      THEN campaign
      WHEN CAST('source_channel' AS STRING) = 'partner'
      THEN partner
      WHEN CAST('source_channel' AS STRING) = 'store'
      THEN store
      WHEN CAST('source_channel' AS STRING) = 'owner'
      THEN owner
      ELSE source_channel
    END AS source,
    cac_cost,
    paid_cac_cost,
    COALESCE(advertising_cost, 0) AS advertising
  FROM costs
  LEFT JOIN (
    SELECT
      day AS spent_on,
      period
    FROM periods
  ) AS months
    USING (spent_on)
  WHERE
    spent_on <= CAST('2026-06-30' AS DATE)
)
SELECT
  source,
  period,
  CAST(SUM(cac_cost) AS DECIMAL(18, 2)) AS cost,
  CAST(SUM(paid_cac_cost) AS DECIMAL(18, 2)) AS paid_cost,
  CAST(SUM(advertising) AS DECIMAL(18, 2)) AS advertising_cost
FROM told
GROUP BY
  source,
  period
