-- funnel_fates: one row per part and fate of members who are not followed, how many they are.
--
-- reads   funnel_entries

select part, fate, count(*) as members
from funnel_entries
where entry_on is null
group by part, fate
