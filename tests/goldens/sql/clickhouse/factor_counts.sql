/* factor_counts: one row per factor and state of it, how many first-time buyers had it. */
/* reads   first_factors */
SELECT
  factor,
  state,
  COUNT(*) AS members
FROM first_factors
GROUP BY
  factor,
  state
