-- milestones: one row per buyer: on how many dates they bought, and the first five of these.
--
-- reads   purchases

with numbered as (
    select
        member_id,
        ordered_on,
        row_number() over (partition by member_id order by ordered_on nulls last) as place
    from purchases
    where order_count > 0
)

select
    member_id,
    count(*) as order_days,
    min(case when place = 1 then ordered_on end) as first_on,
    min(case when place = 2 then ordered_on end) as second_on,
    min(case when place = 3 then ordered_on end) as third_on,
    min(case when place = 4 then ordered_on end) as fourth_on,
    min(case when place = 5 then ordered_on end) as fifth_on
from numbered
group by member_id
