-- favourite_categories: one row per member who bought of any category: the one bought on most dates, and on how many.
--
-- reads   items

with dated as (
    select member_id, category, ordered_on
    from items
    where quantity > 0 and category is not null
    group by member_id, category, ordered_on
),

counted as (
    select member_id, category, count(*) as days
    from dated
    group by member_id, category
),

whole as (
    select member_id, count(*) as all_days
    from (select member_id, ordered_on from dated group by member_id, ordered_on) as each_date
    group by member_id
),

ranked as (
    select
        member_id,
        category,
        days,
        row_number() over (partition by member_id order by days desc nulls last, category nulls last) as place
    from counted
)

select member_id, category, days, all_days
from ranked
join whole using (member_id)
where place = 1
