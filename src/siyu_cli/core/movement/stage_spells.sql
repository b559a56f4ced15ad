-- stage_spells: one row per stage and length: how many times members stayed in it for so many looks, how many then left.
--
-- reads   stage_looks
-- takes   $last_look   the number of the latest look; the first one is 0
--
-- Only stays whose beginning was seen: who was in a stage at the first look may have been there for long. Who has not
-- left by the last look stays for as long as was seen.

with followed as (
    select
        member_id,
        look,
        stage,
        lag(stage) over looks as stage_before
    from stage_looks
    window looks as (partition by member_id order by look nulls last)
),

begun as (
    select
        member_id,
        look,
        stage,
        lag(look) over changes as left_at
    from followed
    where look > 0 and (stage_before is null or stage_before <> stage)
    window changes as (partition by member_id order by look desc nulls last)
)

select
    stage,
    coalesce(left_at, $last_look) - look as days,
    count(*) as members,
    count(left_at) as returned
from begun
group by stage, coalesce(left_at, $last_look) - look
