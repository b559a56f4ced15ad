-- base_cells: one row per stage, RFM group and own segments that members stood in then: who bought since, and what.
--
-- reads   past_members, purchases
-- takes   $as_of          today
--         $horizon_days   how long ago then is; the orders counted are those of the dates since
--
-- Net sales are those of members who bought: refunds of theirs within the horizon are taken off.

with since as (
    select
        member_id,
        cast(sum(order_count) as bigint) as placed,
        cast(sum(paid_amount - refunded_amount) as decimal(18, 2)) as spent
    from purchases
    where date_diff('day', ordered_on, $as_of) >= 0 and date_diff('day', ordered_on, $as_of) < $horizon_days
    group by member_id
)

select
    stage,
    rfm_segment,
    custom_segments,
    count(*) as members,
    count(case when placed > 0 then 1 end) as buyers,
    cast(sum(case when placed > 0 then placed else 0 end) as bigint) as orders,
    cast(sum(case when placed > 0 then spent else 0 end) as decimal(18, 2)) as net_sales
from past_members
left join since using (member_id)
group by stage, rfm_segment, custom_segments
