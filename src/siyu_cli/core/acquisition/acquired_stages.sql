-- acquired_stages: one row per source, shares and stage, how many of those of equal age are in it.
--
-- reads   acquired

select source, shares, stage, count(*) as members
from acquired
where age_days >= 180 and age_days <= 365
group by source, shares, stage
