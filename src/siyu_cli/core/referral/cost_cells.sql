-- cost_cells: one row per month or day, channel and campaign of the costs; cac_spent is what of it the cost of acquisition counts.
--
-- reads   costs
-- takes   $as_of

select
    spent_on,
    source_channel,
    campaign,
    cast(sum(amount) as decimal(18, 2)) as spent,
    cast(sum(cac_cost) as decimal(18, 2)) as cac_spent
from costs
where spent_on <= $as_of
group by spent_on, source_channel, campaign
