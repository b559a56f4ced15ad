-- bands: one row per measure and score from 1 to $bins (best), with the values it covers.
--
-- reads   measures
-- takes   $bins
--
-- Fewer rows than bins means that ties were too many to tell apart: the output says so. Recency is
-- scored from the best end (bins minus the share strictly more recent), so ties share the better score.

with scored as (
    select
        measure,
        measured,
        observed,
        case
            when measure = 'recency' then $bins - (($bins * (total - worse - observed)) // total)
            else 1 + (($bins * worse) // total)
        end as score
    from measures
    where measure <> 'rhythm'
)

select
    measure,
    score,
    min(measured) as lowest,
    max(measured) as highest,
    cast(sum(observed) as bigint) as buyers
from scored
group by measure, score
