-- monitor_complaints: one row per part and day on which members complained.
--
-- reads   events, features
-- takes   $as_of   nothing after it exists

with known as (
    select
        member_id,
        '' as part
    from features
)

select
    part,
    happened_on as day,
    count(*) as complaints
from events
join known using (member_id)
where kind = 'complaint' and happened_on <= $as_of
group by part, happened_on
