/* joined_counts: one row per number of joined invitees: how many inviters have just so many. */
/* reads   inviter_records */
SELECT
  joined,
  COUNT(*) AS inviters
FROM inviter_records
GROUP BY
  joined
