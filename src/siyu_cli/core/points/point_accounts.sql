-- point_accounts: one row per member with points, now or in the members' export: the computed balance beside the told one.
--
-- reads   point_balances, point_breaks, members
--
-- A member without a told balance is held against nothing. Why the two differ is what the member's first break says, if
-- they have one; else what the difference is equal to.

with known as (
    select member_id, cast(floor(100 * points + .5) / 100 as decimal(18, 2)) as told
    from members
    where points is not null
),

ledger as (
    select member_id, balance, debt, lapsed, told_lapsed, frozen, opening, cause as broken_by
    from point_balances
    left join point_breaks using (member_id)
),

compared as (
    select
        member_id,
        told,
        coalesce(balance, 0) as balance,
        coalesce(debt, 0) as debt,
        case when balance is null then 0 else 1 end as logged,
        lapsed,
        told_lapsed,
        frozen,
        opening,
        broken_by,
        cast(told - coalesce(balance, 0) as decimal(18, 2)) as difference
    from known
    full join ledger using (member_id)
)

select
    member_id,
    told,
    balance,
    debt,
    difference,
    case
        when difference is null or difference = 0 then null
        when broken_by is not null then broken_by
        when debt > 0 and difference = debt then 'debt'
        when logged = 0 then 'missing_rows'
        when frozen <> 0 and difference = -frozen then 'frozen'
        when lapsed <> told_lapsed and difference = lapsed - told_lapsed then 'expiry_rule'
        when opening > 0 and difference < 0 then 'opening'
        else 'unknown'
    end as cause
from compared
