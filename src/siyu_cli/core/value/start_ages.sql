-- start_ages: one row per part, cohort and age in days, how many members have it.
--
-- reads   starts

select part, cohort, age_days, count(*) as members
from starts
where start_on is not null
group by part, cohort, age_days
