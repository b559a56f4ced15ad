-- stage_move_counts: one row per pair of stages: how many members went from one to the other, their money, the impossible.
--
-- reads   stage_moves

select
    stage_from,
    stage_to,
    count(*) as members,
    count(case when is_impossible then 1 end) as impossible,
    cast(sum(coalesce(net_sales, 0)) as decimal(18, 2)) as net_total
from stage_moves
group by stage_from, stage_to
