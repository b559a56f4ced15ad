/* suspicion_summary: one row per reason to look: how many inviters, invitees and invites, and what was paid for them. */
/* reads   suspicions */
WITH pairs AS (
  SELECT
    reason,
    inviter_id,
    invitee_id,
    COUNT(*) AS rows_told,
    CAST(SUM(COALESCE(reward_amount, 0)) AS DECIMAL(18, 2)) AS reward
  FROM suspicions
  GROUP BY
    reason,
    inviter_id,
    invitee_id
), by_inviter AS (
  SELECT
    reason,
    COUNT(*) AS inviters
  FROM (
    SELECT
      reason,
      inviter_id
    FROM pairs
    WHERE
      NOT inviter_id IS NULL
    GROUP BY
      reason,
      inviter_id
  ) AS inviters_of_reason
  GROUP BY
    reason
), by_invitee AS (
  SELECT
    reason,
    COUNT(*) AS invitees
  FROM (
    SELECT
      reason,
      invitee_id
    FROM pairs
    WHERE
      NOT invitee_id IS NULL
    GROUP BY
      reason,
      invitee_id
  ) AS invitees_of_reason
  GROUP BY
    reason
), by_reason AS (
  SELECT
    reason,
    CAST(SUM(rows_told) AS BIGINT) AS invites,
    CAST(SUM(reward) AS DECIMAL(18, 2)) AS reward_amount
  FROM pairs
  GROUP BY
    reason
)
SELECT
  reason,
  COALESCE(inviters, 0) AS inviters,
  COALESCE(invitees, 0) AS invitees,
  invites,
  reward_amount
FROM by_reason
LEFT JOIN by_inviter
  USING (reason)
LEFT JOIN by_invitee
  USING (reason)
