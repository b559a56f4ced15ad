/* busy_days: one row per inviter and day on which ten or more of their invitees joined, beside their whole record. */
/* reads   invites, inviter_records */
/* takes   $as_of, $mature_days */
/* Days so late that their invitees had no time to order say nothing yet. */
WITH many AS (
  SELECT
    inviter_id,
    joined,
    active_days
  FROM inviter_records
  WHERE
    joined >= 10
), days AS (
  SELECT
    inviter_id,
    joined_on,
    COUNT(*) AS joined_that_day,
    COUNT(CASE WHEN is_ordered THEN 1 END) AS ordered_that_day
  FROM invites
  JOIN many
    USING (inviter_id)
  WHERE
    is_joined
    AND CAST(DATEDIFF(CAST('2026-06-30' AS DATE), joined_on) AS BIGINT) >= CAST('30' AS BIGINT)
  GROUP BY
    inviter_id,
    joined_on
)
SELECT
  inviter_id,
  joined_on,
  joined_that_day,
  ordered_that_day,
  joined,
  active_days
FROM days
JOIN many
  USING (inviter_id)
WHERE
  joined_that_day >= 10
