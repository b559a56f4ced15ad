-- comebacks: one row per member who came back lately from a silence long enough to have been gone.
--
-- reads   purchases
-- takes   $as_of, $dormant_after, $churned_after
--
-- Long enough is more than churned_after days, and, for members with two or more gaps before it, more
-- than three times the median of those gaps. Few members qualify, so the join is small.

with long_silences as (
    select member_id, ordered_on as returned_on, gap_days as silence_days
    from purchases
    where gap_days > $churned_after
      and date_diff('day', ordered_on, $as_of) <= $dormant_after
),

habits as (
    select
        member_id,
        returned_on,
        silence_days,
        count(case when ordered_on < returned_on then gap_days end) as gaps_before,
        cast(median(case when ordered_on < returned_on then gap_days end) as double) as usual_days,
        count(case when order_count > 0 and ordered_on >= returned_on then 1 end) as days_bought_since
    from long_silences
    join purchases using (member_id)
    group by member_id, returned_on, silence_days
),

latest as (
    select
        member_id,
        returned_on,
        silence_days,
        days_bought_since,
        row_number() over (partition by member_id order by returned_on desc nulls last) as place
    from habits
    where gaps_before < 2 or silence_days > 3 * usual_days
)

select
    member_id,
    silence_days,
    date_diff('day', returned_on, $as_of) as days_since_return,
    days_bought_since
from latest
where place = 1
