-- level_points: one row per member, order and day on which points were earned or taken back.
--
-- reads   points_log
-- takes   $as_of

with moved as (
    select
        member_id,
        order_id,
        changed_on,
        kind,
        change as points_moved
    from points_log
    where changed_on <= $as_of and kind in ('earn', 'clawback')
)

select
    member_id,
    order_id,
    changed_on,
    cast(sum(points_moved) as decimal(18, 2)) as change
from moved
group by member_id, order_id, changed_on, kind
