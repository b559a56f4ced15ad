-- segments: one row per member: stage, RFM segment, the numbers behind them, and why, in a sentence.
--
-- reads   features, stages, rfm, members, stage_reasons, snapshot
-- takes   $mature_orders, $previous_on
--
-- custom_segments is put in from [segments], and a final condition from --where, as syntax trees. The
-- sentences come from stage_reasons in the reader's language; their numbers are whole or have one decimal.
-- previous_stage is that of the list compared with, of the day previous_stage_on; both are empty for who was
-- not on it, and where there is none.

with measured as (
    select
        member_id,
        stage,
        days_since_last,
        order_days,
        order_count,
        net_sales,
        average_order_value,
        median_gap_days,
        first_order_on,
        last_order_on,
        tenure_days,
        orders_90d,
        orders_365d,
        net_sales_90d,
        net_sales_365d,
        refund_rate,
        referred_count,
        is_registered,
        is_referrer,
        is_unfriended,
        history,
        joined_on,
        case
            when stage in ('churned', 'dormant') and own_gap_days is not null then stage || '_own'
            when stage = 'declining' and own_gap_days is null then 'declining_two'
            when stage = 'nurturing' and days_since_joined is null then 'nurturing_undated'
            else stage
        end as reason,
        cast(floor(10 * expected_gap_days + .5) as bigint) as gap_tenths,
        cast(floor(10 * days_since_last / cast(nullif(expected_gap_days, 0) as double) + .5) as bigint) as ratio_tenths,
        cast(floor(10 * case when stage = 'churned' then churned_limit else dormant_limit end + .5) as bigint) as limit_tenths,
        days_since_joined,
        days_since_return,
        silence_days
    from features
    join stages using (member_id)
),

-- Each stage's sentences have numbers of their own: text is built for those alone, since it is slow to build.
labelled as (
    select
        member_id,
        stage,
        rfm_segment,
        r_score,
        f_score,
        m_score,
        days_since_last,
        order_days,
        order_count,
        net_sales,
        average_order_value,
        median_gap_days,
        first_order_on,
        last_order_on,
        tenure_days,
        orders_90d,
        orders_365d,
        net_sales_90d,
        net_sales_365d,
        refund_rate,
        referred_count,
        is_registered,
        is_referrer,
        is_unfriended,
        history,
        case
            when stage in ('acquired', 'activated', 'nurturing', 'unknown') then replace(
                template,
                '{joined}', coalesce(cast(days_since_joined as varchar), ''))
            when stage = 'converted' then replace(
                template,
                '{days}', coalesce(cast(days_since_last as varchar), ''))
            when stage in ('retained', 'mature') then replace(replace(replace(
                template,
                '{days}', coalesce(cast(days_since_last as varchar), '')),
                '{orders}', cast(order_days as varchar)),
                '{mature}', cast($mature_orders as varchar))
            when stage = 'returned' then replace(replace(
                template,
                '{back}', coalesce(cast(days_since_return as varchar), '')),
                '{silence}', coalesce(cast(silence_days as varchar), ''))
            else replace(replace(replace(replace(
                template,
                '{days}', coalesce(cast(days_since_last as varchar), '')),
                '{gap}', coalesce(cast((gap_tenths // 10) as varchar)
                    || case when (gap_tenths % 10) = 0 then '' else '.' || cast((gap_tenths % 10) as varchar) end, '')),
                '{ratio}', coalesce(cast((ratio_tenths // 10) as varchar) || '.' || cast((ratio_tenths % 10) as varchar), '')),
                '{limit}', coalesce(cast((limit_tenths // 10) as varchar)
                    || case when (limit_tenths % 10) = 0 then '' else '.' || cast((limit_tenths % 10) as varchar) end, ''))
        end as stage_reason,
        joined_on
    from measured
    join stage_reasons using (reason)
    left join rfm using (member_id)
),

attributes as (
    select
        member_id, joined_by, level, points, owner, store, source_channel, city, gender, birthday, tags,
        consent_sms, consent_wecom, consent_ads, opt_out_profiling
    from members
),

earlier as (
    select member_id, stage as previous_stage, cast($previous_on as date) as previous_stage_on
    from snapshot
)

select
    member_id,
    stage,
    rfm_segment,
    r_score,
    f_score,
    m_score,
    days_since_last,
    order_days,
    order_count,
    net_sales,
    average_order_value,
    median_gap_days,
    first_order_on,
    last_order_on,
    orders_365d,
    net_sales_365d,
    refund_rate,
    is_registered,
    is_referrer,
    is_unfriended,
    history,
    '' as custom_segments,
    stage_reason,
    previous_stage,
    previous_stage_on,
    joined_on,
    joined_by,
    level,
    points,
    owner,
    store,
    source_channel,
    city,
    gender,
    birthday,
    tags,
    consent_sms,
    consent_wecom,
    consent_ads,
    opt_out_profiling
from labelled
left join attributes using (member_id)
left join earlier using (member_id)
