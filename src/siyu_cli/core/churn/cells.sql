-- cells: one row per RFM cell as of $as_of: how many members it held, and how many of them fell silent after.
--
-- reads   histories
-- takes   $recency_split, $frequency_split, $cell_money_split

with placed as (
    select
        case when days_since_last <= $recency_split then true else false end as is_recent,
        case when order_days > $frequency_split then true else false end as is_frequent,
        case when cast(net_sales as double) > $cell_money_split then true else false end as is_valuable,
        is_silent
    from histories
)

select
    is_recent,
    is_frequent,
    is_valuable,
    count(*) as members,
    count(case when is_silent then 1 end) as silent
from placed
group by is_recent, is_frequent, is_valuable
