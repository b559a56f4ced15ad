-- cohort_sizes: one row per part and cohort: members, those who had joined no earlier than the log began, those who
-- bought on a second day of their first period.
--
-- reads   starts

select
    part,
    cohort,
    count(*) as members,
    count(case when is_newcomer then 1 end) as newcomers,
    count(case when is_repeat then 1 end) as repeaters
from starts
where cohort is not null
group by part, cohort
