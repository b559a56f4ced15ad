-- rfm: one row per buyer: its three scores, and one of eight segments.
--
-- reads   features, bands, norms
--
-- Every buyer's value lies in exactly one band per measure, so each join finds exactly one row.

with recency as (
    select score as r_score, lowest as r_lowest, highest as r_highest from bands where measure = 'recency'
),

frequency as (
    select score as f_score, lowest as f_lowest, highest as f_highest from bands where measure = 'frequency'
),

money as (
    select score as m_score, lowest as m_lowest, highest as m_highest from bands where measure = 'money'
),

scored as (
    select
        member_id,
        r_score,
        f_score,
        m_score,
        days_since_last <= recency_split as is_recent,
        order_days > frequency_split as is_frequent,
        cast(net_sales as double) > money_split as is_valuable
    from features
    cross join norms
    join recency on cast(-days_since_last as decimal(18, 2)) between r_lowest and r_highest
    join frequency on cast(order_days as decimal(18, 2)) between f_lowest and f_highest
    join money on net_sales between m_lowest and m_highest
    where order_days > 0 and last_order_on is not null
)

select
    member_id,
    cast(r_score as bigint) as r_score,
    cast(f_score as bigint) as f_score,
    cast(m_score as bigint) as m_score,
    case
        when is_recent and is_frequent and is_valuable then 'important_value'
        when is_recent and is_valuable then 'important_develop'
        when is_frequent and is_valuable then 'important_keep'
        when is_valuable then 'important_winback'
        when is_recent and is_frequent then 'general_value'
        when is_recent then 'general_develop'
        when is_frequent then 'general_keep'
        else 'general_winback'
    end as rfm_segment
from scored
