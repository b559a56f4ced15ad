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
    DATE_DIFF(
      'DAY',
      DATE_TRUNC('DAY', COALESCE(linked_on, inviter_joined_on)),
      DATE_TRUNC('DAY', joined_on)
    ) AS cycle_days
  FROM outcomes
  LEFT JOIN own
    USING (inviter_id)
  WHERE
    is_joined
)
SELECT
  CAST(CASE
    WHEN COUNT(CASE WHEN cycle_days >= 0 THEN cycle_days END) > 0
    THEN (
      ELEMENT_AT(
        ARRAY_SORT(ARRAY_AGG(CASE WHEN cycle_days >= 0 THEN cycle_days END)),
        (
          COUNT(CASE WHEN cycle_days >= 0 THEN cycle_days END) + 1
        ) / 2
      ) + ELEMENT_AT(
        ARRAY_SORT(ARRAY_AGG(CASE WHEN cycle_days >= 0 THEN cycle_days END)),
        COUNT(CASE WHEN cycle_days >= 0 THEN cycle_days END) / 2 + 1
      )
    ) / 2e0
  END AS DOUBLE) AS viral_cycle_days
FROM cycles
