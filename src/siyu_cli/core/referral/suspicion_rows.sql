-- suspicion_rows: one row per reason to look and invite, with the place in the files it was read from.
--
-- reads   suspicions, sheets_read

select
    reason,
    inviter_id,
    invitee_id,
    reward_amount,
    file,
    sheet,
    sheet_row as "row"
from suspicions
left join sheets_read using (sheet_number)
