/* rule_breaches: one row: what of the rewards the law looks at. */
/* reads   referrals, invites, links */
/* takes   $as_of */
/*         $campaign   '' for all of them */
/* A reward for somebody else's invitee is paid one or two levels further up: its row names who brought the inviter. */
WITH paid AS (
  SELECT
    reward_amount,
    reward_level,
    entry_fee
  FROM referrals
  WHERE
    (
      invited_on IS NULL OR invited_on <= CAST('2026-06-30' AS DATE)
    )
    AND (
      CAST('' AS VARCHAR) = '' OR campaign = CAST('' AS VARCHAR)
    )
), parents AS (
  SELECT
    invitee_id,
    inviter_id AS parent_id
  FROM links
), indirect /* Who is paid for somebody who came by another has a duplicate. */ AS (
  SELECT
    inviter_id,
    parent_id
  FROM invites
  JOIN parents
    USING (invitee_id)
  WHERE
    kind = 'duplicate' AND reward_amount > 0
), grandparents AS (
  SELECT
    invitee_id AS parent_id,
    inviter_id AS grandparent_id
  FROM links
), great_grandparents AS (
  SELECT
    invitee_id AS grandparent_id,
    inviter_id AS great_grandparent_id
  FROM links
), levels AS (
  SELECT
    CASE
      WHEN inviter_id = grandparent_id
      THEN 2
      WHEN inviter_id = great_grandparent_id
      THEN 3
    END AS paid_level,
    0 AS fee,
    CAST(NULL AS DECIMAL(18, 2)) AS reward
  FROM indirect
  JOIN grandparents
    USING (parent_id)
  LEFT JOIN great_grandparents
    USING (grandparent_id)
  UNION ALL
  SELECT
    CASE
      WHEN reward_amount > 0 AND reward_level > 1
      THEN reward_level
      WHEN reward_amount > 0
      THEN 1
    END AS paid_level,
    CASE WHEN entry_fee > 0 THEN 1 ELSE 0 END AS fee,
    reward_amount AS reward
  FROM paid
)
SELECT
  CAST(MAX(paid_level) AS BIGINT) AS reward_depth,
  COALESCE(CAST(SUM(fee) AS BIGINT), 0) AS entry_fees,
  MAX(reward) AS largest_reward
FROM levels
