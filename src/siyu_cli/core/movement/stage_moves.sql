-- stage_moves: one row per member there at either date: their stage then and now, and what says that it cannot be.
--
-- reads   earlier_labels, stages, features
--
-- new: not there then (joined, or first bought, after it). gone: there then and not now. is_impossible: a buyer who is
-- one no more, or who had bought on two days and is one of those who bought once.

with earlier as (
    select member_id, stage as stage_before, order_days as order_days_before
    from earlier_labels
),

later as (
    select member_id, stage as stage_after, days_since_last, net_sales
    from stages
    join (select member_id, days_since_last, net_sales from features) as known
        using (member_id)
)

select
    member_id,
    coalesce(stage_before, 'new') as stage_from,
    coalesce(stage_after, 'gone') as stage_to,
    case
        when order_days_before > 0 and (stage_after = 'acquired' or stage_after = 'activated' or stage_after = 'nurturing')
        then true
        when order_days_before > 1 and stage_after = 'converted' then true
        else false
    end as is_impossible,
    days_since_last,
    net_sales
from earlier
full join later using (member_id)
