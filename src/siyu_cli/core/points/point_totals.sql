-- point_totals: one row: what all members have and owe, what lapsed and what soon will.
--
-- reads   point_balances

with summed as (
    select
        coalesce(cast(sum(balance) as decimal(18, 2)), 0) as balance_in_all,
        coalesce(cast(sum(debt) as decimal(18, 2)), 0) as debt_in_all,
        count(case when balance > 0 then 1 end) as members,
        coalesce(cast(sum(lapsed) as decimal(18, 2)), 0) as lapsed_in_all,
        coalesce(cast(sum(told_lapsed) as decimal(18, 2)), 0) as told_lapsed_in_all,
        coalesce(cast(sum(expiring) as decimal(18, 2)), 0) as expiring_in_all,
        count(case when expiring > 0 then 1 end) as expiring_members,
        coalesce(cast(sum(opening) as decimal(18, 2)), 0) as opening_in_all,
        count(case when opening > 0 then 1 end) as opening_members,
        coalesce(cast(sum(frozen) as decimal(18, 2)), 0) as frozen_in_all,
        coalesce(cast(sum(never) as decimal(18, 2)), 0) as never_in_all
    from point_balances
)

select
    balance_in_all as balance,
    debt_in_all as debt,
    members,
    lapsed_in_all as lapsed,
    told_lapsed_in_all as told_lapsed,
    expiring_in_all as expiring,
    expiring_members,
    opening_in_all as opening,
    opening_members,
    frozen_in_all as frozen,
    never_in_all as never
from summed
