-- rfm_summary: one row per RFM segment with members and sales.
--
-- reads   segments

with listed as (
    select *, net_sales as sales from segments
)

select
    rfm_segment,
    count(*) as members,
    cast(sum(sales) as decimal(18, 2)) as net_sales
from listed
where rfm_segment is not null
group by rfm_segment
