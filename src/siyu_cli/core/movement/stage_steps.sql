-- stage_steps: one row per look, stage one look before and stage then: how many members went from one to the other.
--
-- reads   stage_looks
--
-- Looks are numbered from 0. new: not there one look before.

with followed as (
    select
        look,
        stage,
        lag(look) over looks as look_before,
        lag(stage) over looks as stage_before
    from stage_looks
    window looks as (partition by member_id order by look nulls last)
)

select
    look,
    case when look_before is null then 'new' else stage_before end as stage_from,
    stage as stage_to,
    count(*) as members
from followed
where look > 0
group by look, look_before is null, stage_before, stage
