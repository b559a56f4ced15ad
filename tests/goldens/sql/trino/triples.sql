/* triples: one row per distinct history: repeats, first to last, first to as_of. No model sees more than this. */
/* reads   histories */
SELECT
  repeats,
  active_days,
  tenure_days,
  COUNT(*) AS buyers,
  COUNT(CASE WHEN is_silent THEN 1 END) AS silent
FROM histories
GROUP BY
  repeats,
  active_days,
  tenure_days
