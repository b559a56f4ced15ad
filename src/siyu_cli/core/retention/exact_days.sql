-- exact_days: one row per part and horizon, how many came back on that very day.
--
-- reads   revisits, horizons

select part, horizon, count(*) as active
from (select part, days as horizon from revisits) as dated
join horizons using (horizon)
group by part, horizon
