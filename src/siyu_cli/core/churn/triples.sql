-- triples: one row per distinct history: repeats, first to last, first to as_of. No model sees more than this.
--
-- reads   histories

select
    repeats,
    active_days,
    tenure_days,
    count(*) as buyers,
    count(case when is_silent then 1 end) as silent
from histories
group by repeats, active_days, tenure_days
