-- inviter_records: one row per person with a joined invitee: how many joined and ordered, of them those who had the time to.
--
-- reads   invites
-- takes   $as_of, $mature_days
--
-- is_quick: all of them joined within two days.

with joiners as (
    select
        inviter_id,
        joined_on,
        case when is_ordered then 1 else 0 end as ordering,
        case when joined_on is null or date_diff('day', joined_on, $as_of) >= $mature_days then 1 else 0 end as mature
    from invites
    where is_joined
)

select
    inviter_id,
    count(*) as joined,
    cast(sum(ordering) as bigint) as ordered,
    cast(sum(mature) as bigint) as mature_joined,
    cast(sum(mature * ordering) as bigint) as mature_ordered,
    date_diff('day', min(joined_on), max(joined_on)) + 1 as active_days,
    case
        when date_diff('day', min(joined_on), max(joined_on)) <= 1 then true
        else false
    end as is_quick
from joiners
group by inviter_id
