-- milestone_counts: one row per number of invitees that count: how many inviters brought just so many.
--
-- reads   outcomes
--
-- What counts towards a milestone is a new member without a reason to look.

with records as (
    select inviter_id, count(*) as brought
    from outcomes
    where is_new and not is_suspicious
    group by inviter_id
)

select brought, count(*) as inviters
from records
group by brought
