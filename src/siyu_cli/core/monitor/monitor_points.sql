-- monitor_points: one row per part and day on which points were spent: how many, in how many movements.
--
-- reads   points_log, features
-- takes   $as_of   nothing after it exists

with known as (
    select
        member_id,
        '' as part
    from features
)

select
    part,
    changed_on as day,
    cast(sum(-change) as decimal(18, 2)) as points_burned,
    count(*) as burns
from points_log
join known using (member_id)
where kind = 'burn' and changed_on <= $as_of
group by part, changed_on
