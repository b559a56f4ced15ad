/* acquired_ages: one row per source, shares, month and age in days, how many members have it. */
/* reads   acquired */
SELECT
  source,
  shares,
  cohort,
  age_days,
  COUNT(*) AS members
FROM acquired
GROUP BY
  source,
  shares,
  cohort,
  age_days
