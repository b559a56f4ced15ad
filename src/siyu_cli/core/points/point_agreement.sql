-- point_agreement: one row per thing held against the platform: the balances after movements, and members' balances.
--
-- reads   point_told, point_accounts

with each_thing as (
    select 'movements' as held, count(*) as compared, coalesce(cast(sum(agreeing) as bigint), 0) as agreed
    from point_told
    union all
    select
        'members' as held,
        count(told) as compared,
        count(case when difference = 0 then 1 end) as agreed
    from point_accounts
)

select held, compared, agreed
from each_thing
