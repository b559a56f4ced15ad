-- funnel_happenings: one row per member, kind and date on which something of that kind happened to them.
--
-- reads   features, purchases, events, funnel_kinds
-- takes   $as_of      the date the shop is looked at; nothing after it exists
--
-- registered is the day they joined, order a day they bought on; other kinds are those of events.

with dated as (
    select member_id, 'order' as kind, ordered_on as happened_on
    from purchases
    where order_count > 0
    union all
    select member_id, 'registered' as kind, joined_on as happened_on
    from features
    where joined_on is not null
    union all
    select member_id, kind, happened_on
    from events
    where happened_on <= $as_of
    group by member_id, kind, happened_on
)

select member_id, kind, happened_on
from dated
join funnel_kinds using (kind)
