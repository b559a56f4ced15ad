-- factor_counts: one row per factor and state of it, how many first-time buyers had it.
--
-- reads   first_factors

select factor, state, count(*) as members
from first_factors
group by factor, state
