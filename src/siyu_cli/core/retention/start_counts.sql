-- start_counts: one row per part and fate of members, how many they are.
--
-- reads   starts

select part, fate, count(*) as members
from starts
group by part, fate
