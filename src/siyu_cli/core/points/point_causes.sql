-- point_causes: one row per cause by which balances part: members whose movements part by it, and whose balance does.
--
-- reads   point_breaks, point_accounts

with each_one as (
    select cause, 1 as parted, 0 as apart, cast(0 as decimal(18, 2)) as distance
    from point_breaks
    union all
    select cause, 0 as parted, 1 as apart, abs(difference) as distance
    from point_accounts
    where cause is not null
)

select
    cause,
    cast(sum(parted) as bigint) as breaks,
    cast(sum(apart) as bigint) as accounts,
    cast(sum(distance) as decimal(18, 2)) as points
from each_one
group by cause
