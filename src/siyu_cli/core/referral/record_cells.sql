-- record_cells: one row per record that inviters have: all that the models of suspicion need to know of them.
--
-- reads   inviter_records

select joined, ordered, mature_joined, mature_ordered, is_quick, count(*) as inviters
from inviter_records
group by joined, ordered, mature_joined, mature_ordered, is_quick
