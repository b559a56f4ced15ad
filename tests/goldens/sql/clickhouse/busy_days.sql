/* busy_days: one row per inviter and day on which ten or more of their invitees joined, beside their whole record. */
/* reads   invites, inviter_records */
WITH days AS (
  SELECT
    inviter_id,
    joined_on,
    COUNT(*) AS joined_that_day,
    COUNT(CASE WHEN is_ordered THEN 1 END) AS ordered_that_day
  FROM invites
  WHERE
    is_joined AND NOT (
      joined_on IS NULL
    )
  GROUP BY
    inviter_id,
    joined_on
), spans AS (
  SELECT
    inviter_id,
    DATE_DIFF(DAY, MIN(joined_on), MAX(joined_on)) + 1 AS active_days
  FROM invites
  WHERE
    is_joined AND NOT (
      joined_on IS NULL
    )
  GROUP BY
    inviter_id
)
SELECT
  inviter_id,
  joined_on,
  joined_that_day,
  ordered_that_day,
  joined,
  active_days
FROM days
JOIN spans
  USING (inviter_id)
JOIN inviter_records
  USING (inviter_id)
WHERE
  joined_that_day >= 10
