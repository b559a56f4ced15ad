/* outcomes: one row per invite with all that is known of it: where in the forest, and whether there is reason to look. */
/* reads   invites, forest, suspicions */
WITH suspects AS (
  SELECT
    invitee_id,
    TRUE AS is_suspect
  FROM suspicions
  WHERE
    NOT reason IN ('self_invite', 'existing_member', 'second_inviter', 'reward_above_margin')
  GROUP BY
    invitee_id
), places AS (
  SELECT
    member_id AS invitee_id,
    generation
  FROM forest
)
SELECT
  inviter_id,
  invitee_id,
  kind,
  invited_on,
  since_on,
  joined_on,
  first_order_on,
  second_order_on,
  is_joined,
  is_existing,
  is_new,
  is_ordered,
  is_retained,
  is_lost,
  CASE WHEN is_joined AND is_suspect THEN TRUE ELSE FALSE END AS is_suspicious,
  CASE WHEN is_joined THEN generation END AS generation,
  is_inviter_known,
  is_invitee_known,
  net_sales,
  inviter_joined_on,
  campaign,
  variant,
  referral_source,
  source_channel,
  reward_amount
FROM invites
LEFT JOIN places
  USING (invitee_id)
LEFT JOIN suspects
  USING (invitee_id)
