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
  DATE_DIFF(DAY, start_on, first_on) AS days_to_first,
  DATE_DIFF(DAY, first_on, second_on) AS days_to_second,
  DATE_DIFF(DAY, first_on, CAST('2026-06-30' AS Nullable(DATE))) AS days_since_first
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
  cohort >= CAST('0' AS Nullable(Int64))
  AND cohort <= CAST('11' AS Nullable(Int64))
  AND (
    is_registered OR NOT (
      joined_on IS NULL
    ) OR NOT CAST('True' AS Nullable(Bool))
  )
