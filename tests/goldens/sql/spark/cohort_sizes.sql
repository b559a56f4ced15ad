/* cohort_sizes: one row per part and cohort: members, those who had joined no earlier than the log began, those who */
/* bought on a second day of their first period. */
/* reads   starts */
SELECT
  part,
  cohort,
  COUNT(*) AS members,
  COUNT(CASE WHEN is_newcomer THEN 1 END) AS newcomers,
  COUNT(CASE WHEN is_repeat THEN 1 END) AS repeaters
FROM starts
WHERE
  NOT cohort IS NULL
GROUP BY
  part,
  cohort
