-- monitor_unfriended: one row per part and day on which members left an employee's friends.
--
-- reads   unfriended, features
-- takes   $as_of   nothing after it exists

with known as (
    select
        member_id,
        '' as part
    from features
)

select
    part,
    deleted_on as day,
    count(*) as unfriended_members
from unfriended
join known using (member_id)
where deleted_on <= $as_of
group by part, deleted_on
