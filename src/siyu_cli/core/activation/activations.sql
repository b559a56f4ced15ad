-- activations: one row per member: when they joined, whether and after how many days they bought, what told them apart then.
--
-- reads   features, milestones, members, events
-- takes   $as_of   the date the shop is looked at; nothing after it exists
--
-- fate says why somebody is not followed: no_date (of joining), earlier_orders (an export proves orders the log does not
-- hold), bought_before (their first order came before they joined). first_coupon: one was issued or claimed on the very
-- day they joined; a later one only those have who had not bought until then.

with greeted as (
    select member_id, happened_on as joined_on, 'yes' as greeting
    from events
    where kind in ('coupon_issued', 'coupon_claimed') and happened_on <= $as_of
    group by member_id, happened_on
),

known as (
    select
        member_id,
        joined_on,
        first_on,
        second_on,
        case
            when history = 'totals' or history = 'partial' then 'earlier_orders'
            when joined_on is null then 'no_date'
            when first_on < joined_on then 'bought_before'
            else 'counted'
        end as fate
    from features
    left join milestones using (member_id)
)

select
    member_id,
    fate,
    joined_on,
    first_on,
    second_on,
    date_diff('day', joined_on, $as_of) as age_days,
    date_diff('day', joined_on, coalesce(first_on, $as_of)) as wait_days,
    case when first_on is not null then true else false end as has_bought,
    source_channel,
    owner,
    store,
    coalesce(greeting, 'no') as first_coupon
from known
left join (select member_id, source_channel, owner, store from members) as attributes using (member_id)
left join greeted using (member_id, joined_on)
