/* exact_days: one row per part and horizon, how many came back on that very day. */
/* reads   revisits, horizons */
SELECT
  part,
  horizon,
  COUNT(*) AS active
FROM (
  SELECT
    part,
    days AS horizon
  FROM revisits
) AS dated
JOIN horizons
  USING (horizon)
GROUP BY
  part,
  horizon
