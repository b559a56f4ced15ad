/* acquired_counts: one row per source and shares: how many came, bought, bought soon, and bought again soon. */
/* reads   acquired */
/* Whoever has not been here for long enough is in no count that they could not be in yet. */
SELECT
  source,
  shares,
  COUNT(*) AS members,
  COUNT(days_to_first) AS buyers,
  COUNT(CASE WHEN age_days >= 30 THEN 1 END) AS ripe_members,
  COUNT(CASE WHEN age_days >= 30 AND days_to_first <= 30 THEN 1 END) AS bought_within_30,
  COUNT(CASE WHEN days_since_first >= 90 THEN 1 END) AS ripe_buyers,
  COUNT(CASE WHEN days_since_first >= 90 AND days_to_second <= 90 THEN 1 END) AS again_within_90
FROM acquired
GROUP BY
  source,
  shares
