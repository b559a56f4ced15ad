-- log_opening: one row: the first day of the log, and how many of its buyers had joined before it.
--
-- reads   features

with opening as (
    select min(first_order_on) as began_on
    from features
)

select
    began_on,
    count(*) as buyers,
    count(case when date_diff('day', joined_on, began_on) > 0 then 1 end) as older
from features
cross join opening
where first_order_on is not null
group by began_on
