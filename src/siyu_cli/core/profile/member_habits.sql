-- member_habits: one row per member: what they like to buy, how dear, how much of it at a discount, on which days.
--
-- reads   favourite_categories, features, member_prices, named_festivals, purchases
-- takes   $monday   any Monday before the first date
--
-- A favourite category has 2 of 5 of at least 3 dates; with fewer dates nothing is known, with less of them it is mixed.

with dated as (
    select
        member_id,
        ordered_on,
        festival,
        date_diff('day', $monday, ordered_on) as day_number
    from purchases
    left join (select day as ordered_on, festival from named_festivals) as festivals using (ordered_on)
    where order_count > 0
),

days as (
    select
        member_id,
        count(*) as all_days,
        count(festival) as festival_days,
        count(case when day_number - (day_number // 7) * 7 >= 5 then 1 end) as weekend_days
    from dated
    group by member_id
),

liked as (
    select
        member_id,
        case when all_days >= 3 then case when days * 5 >= all_days * 2 then category else '(mixed)' end end
            as favourite_category
    from favourite_categories
)

select
    member_id,
    favourite_category,
    case
        when price_level < 0.8 then 'low'
        when price_level <= 1.25 then 'middle'
        when price_level > 1.25 then 'high'
    end as price_band,
    cast(discounted_amount as double) / nullif(cast(judged_amount as double), 0) as promotion_share,
    cast(weekend_days as double) / nullif(all_days, 0) as weekend_share,
    cast(festival_days as double) / nullif(all_days, 0) as festival_share
from features
left join days using (member_id)
left join liked using (member_id)
left join member_prices using (member_id)
