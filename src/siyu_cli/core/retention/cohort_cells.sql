-- cohort_cells: one row per part, cohort and period, how many of the cohort bought in it.
--
-- reads   purchases, starts, periods

with active as (
    select member_id, part, cohort, period
    from purchases
    join starts using (member_id)
    join (select day as ordered_on, period from periods) as calendar using (ordered_on)
    where order_count > 0 and cohort is not null
    group by member_id, part, cohort, period
)

select part, cohort, period, count(*) as active
from active
group by part, cohort, period
