/* event_starts: one row per member, when they began as in starts, and in which period their first event was. */
/* reads   milestones, periods, starts */
/* milestones holds dates of events here. A member who was never seen in one has no first period. */
WITH seen AS (
  SELECT
    member_id,
    part,
    fate,
    start_on,
    age_days,
    cohort,
    is_newcomer,
    first_on,
    second_on
  FROM starts
  LEFT JOIN milestones
    USING (member_id)
)
SELECT
  member_id,
  part,
  fate,
  start_on,
  age_days,
  cohort,
  first_event_period AS first_period,
  CASE WHEN second_period = cohort THEN TRUE ELSE FALSE END AS is_repeat,
  is_newcomer
FROM seen
LEFT JOIN (
  SELECT
    day AS first_on,
    period AS first_event_period
  FROM periods
) AS of_first
  USING (first_on)
LEFT JOIN (
  SELECT
    day AS second_on,
    period AS second_period
  FROM periods
) AS of_second
  USING (second_on)
