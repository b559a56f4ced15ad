-- point_kinds: one row per kind of movement that occurs: how many, how many points, since when.
--
-- reads   point_movements
-- takes   $starts_on   the first day of the past year, or of the log if that is later

select
    kind,
    count(*) as movements,
    cast(sum(change) as decimal(18, 2)) as points,
    cast(sum(case when changed_on >= $starts_on then change else 0 end) as decimal(18, 2)) as points_lately,
    min(changed_on) as first_on
from point_movements
group by kind
