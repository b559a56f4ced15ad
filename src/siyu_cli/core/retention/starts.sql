-- starts: one row per member, when they began and in which period; nothing where that is not known.
--
-- reads   features, milestones, periods
-- takes   $as_of, $start (first_order, or joined: whichever of joining and first order came first), $began_on (of the log)
--
-- fate says why a member has no start: never_bought, earlier_orders (an export proves orders the log does not hold, so
-- that its first one is not theirs), no_date. part is what members are told apart by, nothing unless that is asked.
-- first_period is that of the first order, whatever the start; earlier orders leave it empty.

with known as (
    select
        member_id,
        '' as part,
        joined_on,
        second_on,
        case when history = 'full' then first_on end as first_order_on,
        case
            when history = 'totals' or history = 'partial' then 'earlier_orders'
            when $start = 'first_order' and first_on is null then 'never_bought'
            when first_on is null and joined_on is null then 'no_date'
            else 'counted'
        end as fate,
        case
            when $start = 'joined' and (first_on is null or coalesce(joined_on < first_on, false)) then joined_on
            else first_on
        end as began_on
    from features
    left join milestones using (member_id)
),

begun as (
    select
        member_id,
        part,
        fate,
        joined_on,
        first_order_on,
        second_on,
        case when fate = 'counted' then began_on end as start_on
    from known
)

select
    member_id,
    part,
    fate,
    start_on,
    date_diff('day', start_on, $as_of) as age_days,
    cohort,
    first_period,
    case when second_period = cohort then true else false end as is_repeat,
    case when joined_on >= $began_on then true else false end as is_newcomer
from begun
left join (select day as start_on, period as cohort from periods) as of_start using (start_on)
left join (select day as first_order_on, period as first_period from periods) as of_first using (first_order_on)
left join (select day as second_on, period as second_period from periods) as of_second using (second_on)
