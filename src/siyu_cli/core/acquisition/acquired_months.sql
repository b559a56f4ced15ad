-- acquired_months: one row per month, and whether members are on a list or only known by their orders: how many came.
--
-- reads   features, starts

with known as (
    select cohort, case when is_registered or joined_on is not null then true else false end as is_listed
    from starts
    join features using (member_id)
    where start_on is not null
)

select cohort, is_listed, count(*) as members
from known
group by cohort, is_listed
