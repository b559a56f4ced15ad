-- point_balances: one row per member who ever had points: what they have and owe, what lapsed, what soon will.
--
-- reads   point_movements, point_lots
-- takes   $as_of
--         $expiring_days   what lapses within so many days is expiring; a lot counts on its last day
--
-- Movements told as expired or frozen move no balance: they are what the platform says of it.

with moved as (
    select
        member_id,
        cast(sum(case when kind in ('expire', 'freeze') then 0 else change end) as decimal(18, 2)) as moved,
        cast(sum(case when kind = 'expire' then -change else 0 end) as decimal(18, 2)) as told_lapsed,
        cast(sum(case when kind = 'freeze' then -change else 0 end) as decimal(18, 2)) as frozen,
        cast(sum(case when kind = 'opening' then change else 0 end) as decimal(18, 2)) as opening
    from point_movements
    group by member_id
),

held as (
    select
        member_id,
        cast(sum(lapsed) as decimal(18, 2)) as gone,
        cast(sum(remaining) as decimal(18, 2)) as unspent,
        cast(sum(
            case when date_diff('day', $as_of, expires_on) between 0 and $expiring_days then remaining else 0 end
        ) as decimal(18, 2)) as expiring,
        cast(sum(case when expires_on is null and kind <> 'opening' then remaining else 0 end) as decimal(18, 2)) as never,
        min(
            case
                when remaining > 0 and date_diff('day', $as_of, expires_on) between 0 and $expiring_days then expires_on
            end
        ) as first_expires_on
    from point_lots
    group by member_id
)

select
    member_id,
    cast(moved - coalesce(gone, 0) as decimal(18, 2)) as balance,
    cast(coalesce(unspent, 0) - moved + coalesce(gone, 0) as decimal(18, 2)) as debt,
    coalesce(gone, 0) as lapsed,
    told_lapsed,
    frozen,
    opening,
    coalesce(expiring, 0) as expiring,
    coalesce(never, 0) as never,
    first_expires_on
from moved
left join held using (member_id)
