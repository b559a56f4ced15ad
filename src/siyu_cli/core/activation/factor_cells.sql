-- factor_cells: one row per factor, state, month, channel and third of order values: how many, how many of them came back.
--
-- reads   first_factors, kept_states
--
-- States that are not kept are one, without a name: they are among the others of those that are.

with named as (
    select factor, kept, acquired, source_channel, third, is_back
    from first_factors
    left join (select factor, state, state as kept from kept_states) as chosen using (factor, state)
)

select
    factor,
    kept as state,
    acquired,
    source_channel,
    third,
    count(*) as members,
    count(case when is_back then 1 end) as returned
from named
group by factor, kept, acquired, source_channel, third
