-- acquired_counts: one row per source and shares: how many came, bought, bought soon, and bought again soon.
--
-- reads   acquired
--
-- Whoever has not been here for long enough is in no count that they could not be in yet.

select
    source,
    shares,
    count(*) as members,
    count(days_to_first) as buyers,
    count(case when age_days >= 30 then 1 end) as ripe_members,
    count(case when age_days >= 30 and days_to_first <= 30 then 1 end) as bought_within_30,
    count(case when days_since_first >= 90 then 1 end) as ripe_buyers,
    count(case when days_since_first >= 90 and days_to_second <= 90 then 1 end) as again_within_90
from acquired
group by source, shares
