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
    CAST(DATEDIFF(joined_on, COALESCE(linked_on, inviter_joined_on)) AS BIGINT) AS cycle_days
  FROM outcomes
  LEFT JOIN own
    USING (inviter_id)
  WHERE
    is_joined
)
SELECT
  CAST(MEDIAN(CASE WHEN cycle_days >= 0 THEN cycle_days END) AS DOUBLE) AS viral_cycle_days
FROM cycles
