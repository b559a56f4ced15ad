/* factor_cells: one row per factor, state, month, channel and third of order values: how many, how many of them came back. */
/* reads   first_factors, kept_states */
/* States that are not kept are one, without a name: they are among the others of those that are. */
WITH named AS (
  SELECT
    factor,
    kept,
    acquired,
    source_channel,
    third,
    is_back
  FROM first_factors
  LEFT JOIN (
    SELECT
      factor,
      state,
      state AS kept
    FROM kept_states
  ) AS chosen
    USING (factor, state)
)
SELECT
  factor,
  kept AS state,
  acquired,
  source_channel,
  third,
  COUNT(*) AS members,
  COUNT(CASE WHEN is_back THEN 1 END) AS returned
FROM named
GROUP BY
  factor,
  kept,
  acquired,
  source_channel,
  third
