-- The rival: features, stages and RFM of every member from order lines, as one statement tuned for DuckDB.
--
-- Nothing here is portable, and nothing has to be: lists instead of windows, quantiles instead of ranks, no
-- table between. It knows that there is no members file, that the settings are the defaults and what the
-- Parquet file is like; it accounts for no row and explains nothing. benchmarks/segment.py holds its rows
-- against siyu's, column by column, before it times either.
--
-- takes  $lines (the Parquet file), $as_of

-- Reading twice is cheaper than keeping the lines: the second time it is one in twenty.
with lines as not materialized (
    select
        member_id,
        order_id,
        cast(ordered_at as date) as ordered_on,
        status in ('shipped', 'completed') as is_delivered,
        paid_amount,
        refunded_amount,
        cast(refunded_at as date) as refunded_on,
        datediff('day', refunded_on, $as_of) as refund_age
    from read_parquet($lines)
    where member_id is not null
      and ordered_at < $as_of + interval 1 day
      and status not in ('unpaid', 'cancelled')
),

orders as (
    select
        member_id,
        min(ordered_on) as ordered_on,
        sum(paid_amount) as paid,
        coalesce(sum(refunded_amount) filter (refunded_on is null and refunded_amount <> 0), 0) as undated,
        coalesce(sum(refunded_amount) filter (refund_age >= 0), 0) as dated,
        paid >= 0.01 and (undated + dated < paid or bool_or(is_delivered)) as is_purchase
    from lines
    group by member_id, order_id
),

-- What was paid less than nothing is a refund of its day.
amounts as (
    select
        *,
        greatest(paid, 0) as bought,
        undated - least(paid, 0) as returned,
        bought - returned as net,
        datediff('day', ordered_on, $as_of) as age
    from orders
),

buyers as (
    select
        member_id,
        list_sort(list(ordered_on) filter (is_purchase)) as visits,
        count(*) filter (is_purchase) as order_count,
        count(*) filter (is_purchase and age < 90) as orders_90d,
        count(*) filter (is_purchase and age < 365) as orders_365d,
        sum(bought) as paid,
        sum(returned + dated) as refunded,
        sum(net) filter (age < 90) as net_90d,
        sum(net) filter (age < 365) as net_365d
    from amounts
    group by member_id
),

refunds as (
    select
        member_id,
        sum(refunded_amount) filter (refund_age < 90) as dated_90d,
        sum(refunded_amount) filter (refund_age < 365) as dated_365d
    from lines
    where refund_age >= 0 and refunded_amount <> 0
    group by member_id
),

-- Same-day orders leave gaps of nought, which are no gaps.
rhythms as (
    select
        * exclude (visits),
        cast(paid - refunded as decimal(18, 2)) as net_sales,
        cast(coalesce(net_90d, 0) - coalesce(dated_90d, 0) as decimal(18, 2)) as net_sales_90d,
        cast(coalesce(net_365d, 0) - coalesce(dated_365d, 0) as decimal(18, 2)) as net_sales_365d,
        visits[1] as first_order_on,
        visits[-1] as last_order_on,
        datediff('day', last_order_on, $as_of) as days_since_last,
        list_filter(list_transform(visits[2:], lambda day, place: day - visits[place]), lambda gap: gap > 0) as gaps,
        case when visits is not null then len(gaps) + 1 else 0 end as order_days,
        list_median(gaps) as median_gap_days,
        case when order_days >= 3 then least(median_gap_days, 365) end as own,
        -- Back from a silence: the last or the last but one gap, since three purchase days end it.
        case
            when gaps[-1] > 180 and days_since_last <= 90
                and (order_days < 4 or gaps[-1] > 3 * list_median(gaps[:-2])) then true
            when gaps[-2] > 180 and days_since_last + gaps[-1] <= 90
                and (order_days < 5 or gaps[-2] > 3 * list_median(gaps[:-3])) then true
            else false
        end as is_back
    from buyers
    left join refunds using (member_id)
),

norms as (
    select
        coalesce(median(own), 60) as shop_norm,
        median(cast(net_sales as double)) filter (order_days > 0) as money_split,
        quantile_disc(days_since_last, [0.2, 0.4, 0.6, 0.8]) filter (order_days > 0) as recency,
        quantile_disc(order_days, [0.2, 0.4, 0.6, 0.8]) filter (order_days > 0) as frequency,
        quantile_disc(net_sales, [0.2, 0.4, 0.6, 0.8]) filter (order_days > 0) as money
    from rhythms
),

labelled as (
    select
        *,
        case when order_days = 2 then greatest(median_gap_days, shop_norm) else coalesce(own, shop_norm) end as expected,
        case
            when order_days = 0 then null
            else 5 - (days_since_last > recency[1])::int - (days_since_last > recency[2])::int
                - (days_since_last > recency[3])::int - (days_since_last > recency[4])::int
        end as r_score,
        case
            when order_days = 0 then null
            else 1 + (order_days > frequency[1])::int + (order_days > frequency[2])::int
                + (order_days > frequency[3])::int + (order_days > frequency[4])::int
        end as f_score,
        case
            when order_days = 0 then null
            else 1 + (net_sales > money[1])::int + (net_sales > money[2])::int
                + (net_sales > money[3])::int + (net_sales > money[4])::int
        end as m_score
    from rhythms
    cross join norms
)

select
    member_id,
    case
        when order_days = 0 and (paid > 0 or refunded > 0) then 'unknown'
        when order_days = 0 then 'nurturing'
        when days_since_last > greatest(180, 3 * own) then 'churned'
        when days_since_last > greatest(90, 2 * own) then 'dormant'
        when order_days >= 2 and days_since_last > greatest(14, 1.5 * expected) then 'declining'
        when is_back then 'returned'
        when order_days = 1 then 'converted'
        when order_days >= 4 then 'mature'
        else 'retained'
    end as stage,
    case
        when order_days = 0 then null
        when net_sales > money_split then
            case
                when days_since_last <= 90 and order_days > 1 then 'important_value'
                when days_since_last <= 90 then 'important_develop'
                when order_days > 1 then 'important_keep'
                else 'important_winback'
            end
        when days_since_last <= 90 and order_days > 1 then 'general_value'
        when days_since_last <= 90 then 'general_develop'
        when order_days > 1 then 'general_keep'
        else 'general_winback'
    end as rfm_segment,
    r_score,
    f_score,
    m_score,
    days_since_last,
    order_days,
    order_count,
    net_sales,
    cast(net_sales as double) / nullif(order_count, 0) as average_order_value,
    median_gap_days,
    first_order_on,
    last_order_on,
    datediff('day', first_order_on, $as_of) as tenure_days,
    orders_90d,
    orders_365d,
    net_sales_90d,
    net_sales_365d,
    cast(refunded as double) / nullif(cast(paid as double), 0) as refund_rate,
    case when order_days > 0 then 'full' else 'none' end as history,
    order_days > 0 or paid > 0 or refunded > 0 as has_evidence
from labelled
order by member_id
