/* viral_cycle: one row: the median of days from an inviter's own joining to their invitees' joining. */
/* reads   outcomes */
WITH own AS (
  SELECT
    invitee_id AS inviter_id,
    joined_on AS linked_on
  FROM outcomes
  WHERE
    is_joined
), cycles AS (
  SELECT
    DATE_DIFF(DAY, COALESCE(linked_on, inviter_joined_on), joined_on) AS cycle_days
  FROM outcomes
  LEFT JOIN own
    USING (inviter_id)
  WHERE
    is_joined
)
SELECT
  CAST(quantileExactInclusive(0.5)(CASE WHEN cycle_days >= 0 THEN cycle_days END) AS Nullable(Float64)) AS viral_cycle_days
FROM cycles
