-- comebacks: one row per member who came back lately from a silence long enough to have been gone.
--
-- reads   purchases
-- takes   $as_of, $dormant_after, $churned_after
--
-- Long enough is more than churned_after days, and, for members with two or more gaps before it, more
-- than three times the median of those gaps. Few members qualify, so the joins are small.

with long_silences as (
    select member_id, ordered_on as returned_on, gap_days as silence_days
    from purchases
    where gap_days > $churned_after
      and date_diff('day', ordered_on, $as_of) <= $dormant_after
),

earlier as (
    select
        member_id,
        returned_on,
        silence_days,
        gap_days,
        row_number() over (partition by member_id, returned_on order by gap_days nulls last) as place,
        count(*) over (partition by member_id, returned_on) as gaps
    from long_silences
    join purchases using (member_id)
    where gap_days is not null and ordered_on < returned_on
),

habits as (
    select member_id, returned_on, avg(cast(gap_days as double)) as usual_days
    from earlier
    where gaps >= 2 and 2 * place between gaps and gaps + 2
    group by member_id, returned_on
),

latest as (
    select
        member_id,
        returned_on,
        silence_days,
        row_number() over (partition by member_id order by returned_on desc nulls last) as place
    from long_silences
    left join habits using (member_id, returned_on)
    where usual_days is null or silence_days > 3 * usual_days
)

-- Days since the return are as recent as the return itself; older ones need not be looked at.
select
    member_id,
    silence_days,
    date_diff('day', returned_on, $as_of) as days_since_return,
    count(case when order_count > 0 and ordered_on >= returned_on then 1 end) as days_bought_since
from latest
join purchases using (member_id)
where place = 1 and date_diff('day', ordered_on, $as_of) <= $dormant_after
group by member_id, silence_days, returned_on
