/* suspicion_rows: one row per reason to look and invite, with the place in the files it was read from. */
/* reads   suspicions, sheets_read */
SELECT
  reason,
  inviter_id,
  invitee_id,
  reward_amount,
  file,
  sheet,
  sheet_row AS `row`
FROM suspicions
LEFT JOIN sheets_read
  USING (sheet_number)
