-- activation_fates: one row per fate of members, how many they are.
--
-- reads   activations

select fate, count(*) as members
from activations
group by fate
