-- stakes: one row per buyer: their chances, and what these mean in money within the horizon.
--
-- reads   chances, histories
-- takes   $value_p, $value_q, $value_gamma   the fitted Gamma–Gamma, or nulls where there is none: then members' own mean
--
-- value_at_risk = churn_probability × orders_on_rhythm × expected value of an order: what they would spend within
-- the horizon if they bought on as they did, times the chance that they do not. All of a member's orders count, the
-- first included, less what was refunded; who returned more than they kept spent nothing.

with spendings as (
    select
        member_id,
        cast(order_days as double) as orders,
        case when net_sales > 0 then cast(net_sales as double) else cast(0 as double) end as spent
    from histories
),

valued as (
    select
        member_id,
        case
            when $value_p is not null
            then $value_p * ($value_gamma + spent) / nullif($value_p * orders + $value_q - 1, 0)
            else spent / nullif(orders, 0)
        end as order_value
    from spendings
)

select
    member_id,
    p_alive,
    churn_probability,
    expected_orders,
    cast(floor(100 * (expected_orders * order_value) + .5) / 100 as decimal(18, 2)) as expected_spend,
    cast(
        floor(100 * (churn_probability * orders_on_rhythm * order_value) + .5) / 100 as decimal(18, 2)
    ) as value_at_risk
from chances
join valued using (member_id)
