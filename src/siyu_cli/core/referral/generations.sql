-- generations: one row per generation, and of it those who have had their time: people, and what their invites brought.
--
-- reads   participants
-- takes   $as_of, $mature_days

with ripe as (
    select
        generation,
        case
            when began_on is null or date_diff('day', began_on, $as_of) >= $mature_days then true
            else false
        end as is_mature,
        invites as invites_part,
        joined as joined_part,
        ordered as ordered_part
    from participants
)

select
    generation,
    is_mature,
    count(*) as participants,
    count(case when joined_part > 0 then 1 end) as inviters,
    cast(sum(invites_part) as bigint) as invites,
    cast(sum(joined_part) as bigint) as joined,
    cast(sum(ordered_part) as bigint) as ordered
from ripe
group by generation, is_mature
