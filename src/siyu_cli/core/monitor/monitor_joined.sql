-- monitor_joined: one row per part and day on which somebody joined, as lists of members and friends have it.
--
-- reads   features

with known as (
    select
        member_id,
        '' as part,
        joined_on
    from features
)

select
    part,
    joined_on as day,
    count(*) as new_members
from known
where joined_on is not null
group by part, joined_on
