-- lifetime_line: one row per part and day after the start, what was brought on it.
--
-- reads   value_days

with dated as (
    select part, days, net_sales as net
    from value_days
)

select part, days, cast(sum(net) as decimal(18, 2)) as net_sales
from dated
group by part, days
