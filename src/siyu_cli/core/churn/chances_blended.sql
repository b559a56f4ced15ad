-- chances_blended: one row per buyer: the chances of the model, its churn_probability halfway in log odds to what
-- the shop's own past taught.
--
-- reads   chances, histories
-- takes   $learned_intercept, $learned_recency, $learned_orders, $learned_tenure, $learned_money

with bounds as (
    select cast(1 as double) / 10000 as nearly_never
),

-- Within bounds, so that no chance of MBG/NBD is so sure that nothing else counts.
modelled as (
    select
        member_id,
        p_alive,
        case
            when churn_probability < nearly_never then nearly_never
            when churn_probability > 1 - nearly_never then 1 - nearly_never
            else churn_probability
        end as modelled_probability,
        expected_orders,
        orders_on_rhythm
    from chances
    cross join bounds
),

spendings as (
    select
        member_id,
        days_since_last,
        order_days,
        tenure_days,
        case when net_sales > 0 then cast(net_sales as double) else cast(0 as double) end as spent
    from histories
),

learned as (
    select
        member_id,
        $learned_intercept
            + $learned_recency * ln(1 + cast(days_since_last as double))
            + $learned_orders * ln(cast(order_days as double))
            + $learned_tenure * ln(1 + cast(tenure_days as double))
            + $learned_money * ln(1 + spent) as learned_log_odds
    from spendings
),

mixed as (
    select
        member_id,
        p_alive,
        (ln(modelled_probability) - ln(1 - modelled_probability) + learned_log_odds) / 2 as log_odds,
        expected_orders,
        orders_on_rhythm
    from modelled
    join learned using (member_id)
)

select
    member_id,
    p_alive,
    coalesce(1 / nullif(1 + exp(least(-log_odds, 700)), 0), 0) as churn_probability,
    expected_orders,
    orders_on_rhythm
from mixed
