-- chances_by_cell: one row per buyer: what became of members of their RFM cell, where no model can be fitted.
--
-- reads   histories, cell_rates
-- takes   $horizon_days, $recency_split, $frequency_split, $cell_money_split, and
--         $shop_silent_rate   for cells that nobody was in then; null where nothing is known

with placed as (
    select
        member_id,
        case when days_since_last <= $recency_split then true else false end as is_recent,
        case when order_days > $frequency_split then true else false end as is_frequent,
        case when cast(net_sales as double) > $cell_money_split then true else false end as is_valuable,
        $horizon_days * cast(repeats as double) / nullif(cast(tenure_days as double), 0) as orders_on_rhythm
    from histories
)

select
    member_id,
    cast(null as double) as p_alive,
    coalesce(silent_rate, $shop_silent_rate) as churn_probability,
    cast(null as double) as expected_orders,
    coalesce(orders_on_rhythm, cast(0 as double)) as orders_on_rhythm
from placed
left join cell_rates using (is_recent, is_frequent, is_valuable)
