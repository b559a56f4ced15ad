-- part_sales: one row per employee, store and channel: net sales of their members in the 365 days up to as_of.
--
-- reads   features, members

with people as (
    select member_id, owner, store, source_channel, net_sales_365d
    from features
    left join members using (member_id)
    where net_sales_365d is not null
),

parts as (
    select 'owner' as part, owner as name, cast(sum(net_sales_365d) as decimal(18, 2)) as net_sales
    from people
    group by owner
    union all
    select 'store' as part, store as name, cast(sum(net_sales_365d) as decimal(18, 2)) as net_sales
    from people
    group by store
    union all
    select 'source_channel' as part, source_channel as name, cast(sum(net_sales_365d) as decimal(18, 2)) as net_sales
    from people
    group by source_channel
)

select part, name, net_sales
from parts
