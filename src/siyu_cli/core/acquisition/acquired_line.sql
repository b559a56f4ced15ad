-- acquired_line: one row per source, shares and day after members came: net sales of that day.
--
-- reads   acquired_days

with dated as (
    select source, shares, days, paid_amount - refunded_amount as net
    from acquired_days
)

select source, shares, days, cast(sum(net) as decimal(18, 2)) as net_sales
from dated
group by source, shares, days
