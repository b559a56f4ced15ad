-- churn: one row per listed buyer with a dated log: how likely they are gone, what is at stake, their rhythm in words.
--
-- reads   stakes, segments, stages, churn_reasons
-- takes   $risk_high, $risk_medium   from which churn_probability a band begins

with scored as (
    select
        member_id,
        p_alive,
        churn_probability,
        case
            when churn_probability >= $risk_high then 'high'
            when churn_probability >= $risk_medium then 'medium'
            when churn_probability is not null then 'low'
        end as risk_band,
        expected_orders,
        expected_spend,
        value_at_risk
    from stakes
),

listed as (
    select
        member_id, stage, rfm_segment, days_since_last, median_gap_days, order_days, net_sales_365d, owner
    from segments
),

paced as (
    select member_id, expected_gap_days
    from stages
),

rhythms as (
    select
        member_id,
        stage,
        rfm_segment,
        days_since_last,
        median_gap_days,
        order_days,
        net_sales_365d,
        owner,
        case when order_days >= 3 then 'own' when order_days = 2 then 'two' else 'once' end as reason,
        cast(floor(10 * expected_gap_days + .5) as bigint) as norm_tenths,
        cast(floor(10 * median_gap_days + .5) as bigint) as gap_tenths,
        cast(floor(10 * days_since_last / cast(nullif(median_gap_days, 0) as double) + .5) as bigint) as ratio_tenths
    from listed
    join paced using (member_id)
),

-- Each sentence has numbers of its own: text is built for those alone, since it is slow to build.
worded as (
    select
        member_id,
        stage,
        rfm_segment,
        days_since_last,
        median_gap_days,
        order_days,
        net_sales_365d,
        owner,
        case
            when reason = 'once' then replace(replace(
                template,
                '{days}', coalesce(cast(days_since_last as varchar), '')),
                '{norm}', coalesce(cast((norm_tenths // 10) as varchar)
                    || case when (norm_tenths % 10) = 0 then '' else '.' || cast((norm_tenths % 10) as varchar) end, ''))
            else replace(replace(replace(
                template,
                '{days}', coalesce(cast(days_since_last as varchar), '')),
                '{gap}', coalesce(cast((gap_tenths // 10) as varchar)
                    || case when (gap_tenths % 10) = 0 then '' else '.' || cast((gap_tenths % 10) as varchar) end, '')),
                '{ratio}', coalesce(cast((ratio_tenths // 10) as varchar) || '.' || cast((ratio_tenths % 10) as varchar), ''))
        end as churn_reason
    from rhythms
    join churn_reasons using (reason)
)

select
    member_id,
    churn_probability,
    risk_band,
    value_at_risk,
    p_alive,
    expected_orders,
    expected_spend,
    stage,
    rfm_segment,
    days_since_last,
    median_gap_days,
    order_days,
    net_sales_365d,
    owner,
    churn_reason
from scored
join worded using (member_id)
