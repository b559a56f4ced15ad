/* acquired: one row per member who came in the months looked at and source that is given a share of them. */
/* reads   features, milestones, sources, stages, starts */
/* takes   $as_of, $first_period, $last_period (the months, both included), $listed_only (only who is on a list of members) */
SELECT
  member_id,
  source,
  COALESCE(shares, 1) AS shares,
  cohort,
  start_on,
  age_days,
  stage,
  CAST(DATEDIFF(first_on, start_on) AS BIGINT) AS days_to_first,
  CAST(DATEDIFF(second_on, first_on) AS BIGINT) AS days_to_second,
  CAST(DATEDIFF(CAST('2026-06-30' AS DATE), first_on) AS BIGINT) AS days_since_first
FROM starts
LEFT JOIN sources
  USING (member_id)
LEFT JOIN milestones
  USING (member_id)
LEFT JOIN stages
  USING (member_id)
JOIN features
  USING (member_id)
WHERE
  cohort >= CAST('0' AS BIGINT)
  AND cohort <= CAST('11' AS BIGINT)
  AND (
    is_registered OR NOT joined_on IS NULL OR NOT CAST('True' AS BOOLEAN)
  )
