-- acquired_ages: one row per source, shares, month and age in days, how many members have it.
--
-- reads   acquired

select source, shares, cohort, age_days, count(*) as members
from acquired
group by source, shares, cohort, age_days
