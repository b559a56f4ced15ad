-- referral_days: one row per date on which anything happened: events on their own dates, so that periods add up.
--
-- reads   outcomes

with happenings as (
    select since_on as happened_on, 1 as invites_part, 0 as joined_part, 0 as new_members_part, 0 as ordered_part, 0 as retained_part, 0 as suspicious_part
    from outcomes
    union all
    select
        joined_on as happened_on, 0 as invites_part, 1 as joined_part, case when is_new then 1 else 0 end as new_members_part,
        0 as ordered_part, 0 as retained_part, case when is_suspicious then 1 else 0 end as suspicious_part
    from outcomes
    where is_joined
    union all
    select first_order_on as happened_on, 0 as invites_part, 0 as joined_part, 0 as new_members_part, 1 as ordered_part, 0 as retained_part, 0 as suspicious_part
    from outcomes
    where is_ordered
    union all
    select second_order_on as happened_on, 0 as invites_part, 0 as joined_part, 0 as new_members_part, 0 as ordered_part, 1 as retained_part, 0 as suspicious_part
    from outcomes
    where is_retained
)

select
    happened_on,
    cast(sum(invites_part) as bigint) as invites,
    cast(sum(joined_part) as bigint) as joined,
    cast(sum(new_members_part) as bigint) as new_members,
    cast(sum(ordered_part) as bigint) as ordered,
    cast(sum(retained_part) as bigint) as retained,
    cast(sum(suspicious_part) as bigint) as suspicious
from happenings
where happened_on is not null
group by happened_on
