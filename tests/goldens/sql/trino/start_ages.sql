/* start_ages: one row per part, cohort and age in days, how many members have it. */
/* reads   starts */
SELECT
  part,
  cohort,
  age_days,
  COUNT(*) AS members
FROM starts
WHERE
  NOT start_on IS NULL
GROUP BY
  part,
  cohort,
  age_days
