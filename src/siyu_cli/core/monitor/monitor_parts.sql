-- monitor_parts: one row per part of the shop: its members.
--
-- reads   features

with known as (
    select
        member_id,
        '' as part
    from features
)

select
    part,
    count(*) as members
from known
group by part
