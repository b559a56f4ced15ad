-- movement: one row per pair of stages, how many members went from one to the other since a snapshot.
--
-- reads   snapshot, stages

with before_after as (
    select
        coalesce(stage_before, 'new') as stage_from,
        coalesce(stage_after, 'gone') as stage_to
    from (select member_id, stage as stage_before from snapshot) as earlier
    full join (select member_id, stage as stage_after from stages) as later using (member_id)
)

select stage_from, stage_to, count(*) as members
from before_after
group by stage_from, stage_to
