-- joined_counts: one row per number of joined invitees: how many inviters have just so many.
--
-- reads   inviter_records

select joined, count(*) as inviters
from inviter_records
group by joined
