-- funnel_first: one row per way that began: its first step.
--
-- reads   funnel_entries

select member_id, entry_on, cast(null as date) as previous_on, entry_on as reached_on
from funnel_entries
where entry_on is not null
