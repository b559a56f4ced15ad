-- group_counts: one row per stage, RFM group and own segments that members stand in: how many do.
--
-- reads   segments

select
    stage,
    rfm_segment,
    custom_segments,
    count(*) as members
from segments
group by stage, rfm_segment, custom_segments
