-- rfm_summary: one row per RFM segment with members and sales.
--
-- reads   segments

select
    rfm_segment,
    count(*) as members,
    cast(sum(net_sales) as decimal(18, 2)) as net_sales
from segments
where rfm_segment is not null
group by rfm_segment
