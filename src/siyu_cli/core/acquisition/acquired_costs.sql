-- acquired_costs: one row per source and month of the costs; no source where they are of none, no month before the first.
--
-- reads   costs, periods
-- takes   $as_of, $by   what the source is: source_channel, campaign, partner, store or owner

with told as (
    select
        period,
        case
            when $by = 'campaign' then campaign
            when $by = 'partner' then partner
            when $by = 'store' then store
            when $by = 'owner' then owner
            else source_channel
        end as source,
        cac_cost,
        paid_cac_cost,
        coalesce(advertising_cost, 0) as advertising
    from costs
    left join (select day as spent_on, period from periods) as months using (spent_on)
    where spent_on <= $as_of
)

select
    source,
    period,
    cast(sum(cac_cost) as decimal(18, 2)) as cost,
    cast(sum(paid_cac_cost) as decimal(18, 2)) as paid_cost,
    cast(sum(advertising) as decimal(18, 2)) as advertising_cost
from told
group by source, period
