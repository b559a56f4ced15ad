-- buying_habits: one row per member who bought by as_of: the rhythm of their purchases, where looking back needs it.
--
-- reads   purchases
-- takes   $as_of   the date looked back from

with visits as (
    select member_id, gap_days, date_diff('day', ordered_on, $as_of) as age_days
    from purchases
    where order_count > 0
)

select
    member_id,
    cast(median(gap_days) as double) as median_gap_days,
    count(case when age_days < 90 then 1 end) as order_days_90d,
    count(case when age_days < 365 then 1 end) as order_days_365d
from visits
where age_days >= 0
group by member_id
