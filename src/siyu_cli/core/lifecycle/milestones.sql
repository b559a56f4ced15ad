-- milestones: one row per buyer, the dates of their first five purchase days.
--
-- reads   purchases
--
-- A milestone that was not reached is null; several orders on one date are one purchase day.

with numbered as (
    select
        member_id,
        ordered_on,
        row_number() over (partition by member_id order by ordered_on nulls last) as number
    from purchases
    where order_count > 0
)

select
    member_id,
    min(case when number = 1 then ordered_on end) as first_on,
    min(case when number = 2 then ordered_on end) as second_on,
    min(case when number = 3 then ordered_on end) as third_on,
    min(case when number = 4 then ordered_on end) as fourth_on,
    min(case when number = 5 then ordered_on end) as fifth_on
from numbered
where number <= 5
group by member_id
