/* rule_breaches: one row: what of the rewards the law looks at. */
/* reads   referrals, links */
/* takes   $as_of */
/*         $campaign   '' for all of them */
/* A reward for somebody else's invitee is paid one or two levels further up: its row names who brought the inviter. */
WITH paid AS (
  SELECT
    inviter_id,
    invitee_id,
    reward_amount,
    reward_level,
    entry_fee
  FROM referrals
  WHERE
    (
      invited_on IS NULL OR invited_on <= CAST('2026-06-30' AS DATE)
    )
    AND (
      CAST('' AS STRING) = '' OR campaign = CAST('' AS STRING)
    )
), parents AS (
  SELECT
    invitee_id,
    inviter_id AS parent_id
  FROM links
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
    inviter_id,
    reward_amount,
    entry_fee,
    reward_level,
    CASE
      WHEN reward_amount > 0 AND inviter_id = parent_id
      THEN 1
      WHEN reward_amount > 0 AND inviter_id = grandparent_id
      THEN 2
      WHEN reward_amount > 0 AND inviter_id = great_grandparent_id
      THEN 3
      WHEN reward_amount > 0
      THEN 1
    END AS paid_level
  FROM paid
  LEFT JOIN parents
    USING (invitee_id)
  LEFT JOIN grandparents
    USING (parent_id)
  LEFT JOIN great_grandparents
    USING (grandparent_id)
)
SELECT
  CAST(MAX(CASE WHEN reward_level > paid_level THEN reward_level ELSE paid_level END) AS BIGINT) AS reward_depth,
  COUNT(CASE WHEN entry_fee > 0 THEN 1 END) AS entry_fees,
  MAX(reward_amount) AS largest_reward
FROM levels
