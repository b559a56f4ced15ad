-- chance_errors: one row: how far the chances of an earlier date were from what came, squared and summed.
--
-- reads   chances, histories
--
-- In whole billionths, so that the sum is the same in whatever order an engine adds.

with judged as (
    select member_id, case when is_silent then cast(1 as double) else cast(0 as double) end as came_true
    from histories
)

select
    count(*) as members,
    cast(sum(cast(floor(
        1000000000 * ((churn_probability - came_true) * (churn_probability - came_true)) + .5
    ) as bigint)) as bigint) as error_billionths
from chances
join judged using (member_id)
