/* campaigns: one row per campaign that invites name, one for those that name none, with how many invites. */
/* reads   referrals */
SELECT
  campaign,
  COUNT(*) AS invites
FROM referrals
GROUP BY
  campaign
