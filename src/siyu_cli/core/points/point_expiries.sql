-- point_expiries: one row per last day of points that still count; none for those that have no last day.
--
-- reads   point_lots

select expires_on, cast(sum(remaining) as decimal(18, 2)) as points
from point_lots
where remaining > 0 and expires_on is not null
group by expires_on
