/* referral_groups: one row per campaign, variant, source and channel that occur together: what their invites brought. */
/* reads   outcomes */
WITH money AS (
  SELECT
    *,
    COALESCE(reward_amount, 0) AS reward,
    COALESCE(net_sales, 0) AS sales
  FROM outcomes
)
SELECT
  campaign,
  variant,
  referral_source,
  source_channel,
  COUNT(*) AS invites,
  COUNT(CASE WHEN kind = 'unknown_inviter' THEN 1 END) AS unnamed_inviters,
  COUNT(CASE WHEN kind = 'self_invite' THEN 1 END) AS self_invites,
  COUNT(CASE WHEN kind = 'open' THEN 1 END) AS open,
  COUNT(CASE WHEN kind = 'duplicate' THEN 1 END) AS duplicates,
  COUNT(CASE WHEN kind = 'link' THEN 1 END) AS links,
  COUNT(CASE WHEN kind = 'link' AND NOT is_inviter_known THEN 1 END) AS strange_inviters,
  COUNT(CASE WHEN kind = 'link' AND NOT is_invitee_known THEN 1 END) AS unknown_invitees,
  COUNT(CASE WHEN is_joined THEN 1 END) AS joined,
  COUNT(CASE WHEN is_existing THEN 1 END) AS existing,
  COUNT(CASE WHEN is_new THEN 1 END) AS new_members,
  COUNT(CASE WHEN is_ordered THEN 1 END) AS ordered,
  COUNT(CASE WHEN is_retained THEN 1 END) AS retained,
  COUNT(CASE WHEN is_lost THEN 1 END) AS lost,
  COUNT(CASE WHEN is_suspicious THEN 1 END) AS suspicious,
  COUNT(CASE WHEN is_ordered AND NOT is_suspicious THEN 1 END) AS activated,
  CAST(SUM(reward) AS Nullable(Decimal(18, 2))) AS reward_amount,
  CAST(SUM(sales) AS Nullable(Decimal(18, 2))) AS net_sales
FROM money
GROUP BY
  campaign,
  variant,
  referral_source,
  source_channel
