-- funnel_entries: one row per member and date on which they took the first step; without a date for who never did.
--
-- reads   features, funnel_happenings
-- takes   $kind           of the first step
--         $order          unordered: any step is a first one
--         $entry          first: only the first date of a member counts; any: each does
--         $from_on, $to_on   the dates that count
--         $asks_orders    whether an order is among the steps
--
-- fate says why a member has no date: earlier_orders (an export proves orders the log does not hold, so that nobody
-- knows which is their first), never_entered (never, or not on dates that count). part is what members are told apart
-- by, nothing unless that is asked.

with known as (
    select
        member_id,
        '' as part,
        case when $asks_orders and (history = 'totals' or history = 'partial') then true else false end as is_unknown
    from features
),

taken as (
    select member_id, happened_on
    from funnel_happenings
    where kind = $kind or $order = 'unordered'
),

dates as (
    select member_id, min(happened_on) as entry_on
    from taken
    where $entry = 'first'
    group by member_id
    union all
    select member_id, happened_on as entry_on
    from taken
    where $entry = 'any'
    group by member_id, happened_on
),

counted as (
    select member_id, entry_on
    from dates
    where entry_on between $from_on and $to_on
)

select
    member_id,
    part,
    case when is_unknown then 'earlier_orders' when entry_on is null then 'never_entered' else 'counted' end as fate,
    case when is_unknown then null else entry_on end as entry_on
from known
left join counted using (member_id)
