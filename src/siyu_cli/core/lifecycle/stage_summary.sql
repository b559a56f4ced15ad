-- stage_summary: one row per stage with members and sales.
--
-- reads   segments

with listed as (
    select *, net_sales as sales from segments
)

select
    stage,
    count(*) as members,
    count(case when order_days > 0 then 1 end) as buyers,
    cast(sum(sales) as decimal(18, 2)) as net_sales
from listed
group by stage
