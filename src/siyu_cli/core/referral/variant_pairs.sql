-- variant_pairs: one row per two variants that somebody sent both of (and per variant with itself): products of their
-- inviters' counts, from which the spread between inviters follows.
--
-- reads   outcomes
--
-- Invites whose inviter nobody knows stand for themselves.

with counts as (
    select
        variant,
        inviter_id,
        count(*) as sent,
        count(case when is_joined then 1 end) as brought,
        count(case when is_ordered then 1 end) as buying
    from outcomes
    where variant is not null
    group by variant, inviter_id
),

others as (
    select variant as other, inviter_id, sent as other_sent, brought as other_brought, buying as other_buying
    from counts
),

products as (
    select
        variant,
        other,
        1 as units,
        sent * other_sent as sent_sent,
        brought * other_sent as brought_sent,
        brought * other_brought as brought_brought,
        buying * other_sent as buying_sent,
        buying * other_buying as buying_buying
    from counts
    join others using (inviter_id)
    union all
    select
        variant,
        variant as other,
        sent as units,
        sent as sent_sent,
        brought as brought_sent,
        brought as brought_brought,
        buying as buying_sent,
        buying as buying_buying
    from counts
    where inviter_id is null
)

select
    variant,
    other,
    cast(sum(units) as bigint) as inviters,
    cast(sum(sent_sent) as bigint) as invites_invites,
    cast(sum(brought_sent) as bigint) as joined_invites,
    cast(sum(brought_brought) as bigint) as joined_joined,
    cast(sum(buying_sent) as bigint) as ordered_invites,
    cast(sum(buying_buying) as bigint) as ordered_ordered
from products
group by variant, other
