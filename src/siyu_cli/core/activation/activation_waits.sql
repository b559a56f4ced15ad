-- activation_waits: one row per attribute, part, age and days waited for the first order: how many, how many until it came.
--
-- reads   activations
--
-- attribute is what members are told apart by, all for nothing; ripe_days the longest of 0, 7, 30 and 90 days that they
-- have been here for.

with followed as (
    select
        source_channel,
        owner,
        first_coupon,
        wait_days,
        has_bought,
        case when age_days >= 90 then 90 when age_days >= 30 then 30 when age_days >= 7 then 7 else 0 end as ripe_days
    from activations
    where fate = 'counted'
),

told as (
    select 'all' as attribute, '' as part, ripe_days, wait_days, has_bought
    from followed
    union all
    select 'source_channel' as attribute, source_channel as part, ripe_days, wait_days, has_bought
    from followed
    union all
    select 'owner' as attribute, owner as part, ripe_days, wait_days, has_bought
    from followed
    union all
    select 'first_coupon' as attribute, first_coupon as part, ripe_days, wait_days, has_bought
    from followed
)

select
    attribute,
    part,
    ripe_days,
    wait_days as days,
    count(*) as members,
    count(case when has_bought then 1 end) as returned
from told
group by attribute, part, ripe_days, wait_days
