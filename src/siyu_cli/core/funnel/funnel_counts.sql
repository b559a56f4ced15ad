-- funnel_counts: one row per part, age and depth, how many members came so far and no further.
--
-- reads   funnel_ways

select part, is_ripe, depth, count(*) as members
from funnel_ways
group by part, is_ripe, depth
