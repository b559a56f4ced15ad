-- norms: one row, what is usual in this shop and where high ends and low begins; printed in every output.
--
-- reads   measures
-- takes   $split            'default' (recency and frequency as given, money at the median), 'median',
--                           'mean', or 'custom' (all three as given)
--         $recency_split    high recency: days_since_last at most this
--         $frequency_split  high frequency: order_days over this
--         $money_split      high money: net_sales over this
--
-- The median is the value with at most half under it and at least half at or under it; between two, their mean.
-- The mean is rounded to a millionth, so that buyers who all paid the same are at it and not a hair above.

with centres as (
    select
        measure,
        avg(case when 2 * worse <= total and 2 * (worse + observed) >= total then cast(measured as double) end) as median,
        floor(
            1000000 * (cast(sum(measured * observed) as double) / nullif(cast(sum(observed) as double), 0)) + .5
        ) / 1000000 as mean
    from measures
    group by measure
),

borders as (
    select measure, median, case when $split = 'mean' then mean else median end as border
    from centres
)

select
    coalesce(max(case when measure = 'rhythm' then median end), 60) as shop_norm,
    case
        when $split = 'default' or $split = 'custom' then $recency_split
        else -max(case when measure = 'recency' then border end)
    end as recency_split,
    case
        when $split = 'default' or $split = 'custom' then $frequency_split
        else max(case when measure = 'frequency' then border end)
    end as frequency_split,
    case
        when $split = 'custom' then $money_split
        else max(case when measure = 'money' then border end)
    end as money_split
from borders
