/* suspicions: one row per reason to look and invite: who, and in which row of which sheet. */
/* reads   invites, forest, purchases, inviter_records, suspect_people, suspect_records, suspect_days */
/* takes   $gross_margin */
/* suspect_people names invitees, suspect_records records of inviters, suspect_days days of inviters: see suspicions.py. */
WITH winners AS (
  SELECT
    invitee_id,
    inviter_id AS first_inviter_id
  FROM invites
  WHERE
    kind = 'link'
), flagged AS (
  SELECT
    member_id AS invitee_id,
    is_cyclic
  FROM forest
  WHERE
    is_cyclic
), first_days AS (
  SELECT
    member_id AS invitee_id,
    ordered_on AS first_order_on,
    paid_amount - refunded_amount AS first_net_sales
  FROM purchases
  WHERE
    order_count > 0
), reasons AS (
  SELECT
    kind AS reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  WHERE
    kind = 'self_invite'
  UNION ALL
  SELECT
    'existing_member' AS reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  WHERE
    is_existing
  UNION ALL
  SELECT
    'second_inviter' AS reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  JOIN winners
    USING (invitee_id)
  WHERE
    kind = 'duplicate' AND inviter_id <> first_inviter_id
  UNION ALL
  SELECT
    'cycle' AS reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  JOIN flagged
    USING (invitee_id)
  WHERE
    is_joined
  UNION ALL
  SELECT
    reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  JOIN suspect_people
    USING (invitee_id)
  WHERE
    is_joined
  UNION ALL
  SELECT
    reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  JOIN inviter_records
    USING (inviter_id)
  JOIN suspect_records
    USING (joined, ordered, mature_joined, mature_ordered, is_quick)
  WHERE
    is_joined
  UNION ALL
  SELECT
    reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  JOIN suspect_days
    USING (inviter_id, joined_on)
  WHERE
    is_joined
  UNION ALL
  SELECT
    'reward_above_margin' AS reason,
    inviter_id,
    invitee_id,
    reward_amount,
    sheet_number,
    sheet_row
  FROM invites
  JOIN first_days
    USING (invitee_id, first_order_on)
  WHERE
    is_ordered
    AND CAST(reward_amount AS DOUBLE) > CAST('0.5' AS DOUBLE) * CAST(first_net_sales AS DOUBLE)
)
SELECT
  reason,
  inviter_id,
  invitee_id,
  reward_amount,
  sheet_number,
  sheet_row
FROM reasons
