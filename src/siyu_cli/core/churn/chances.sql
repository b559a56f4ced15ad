-- chances: one row per buyer: the chance of being alive, of staying silent for $horizon_days, and orders to expect.
--
-- reads   histories, expectations
-- takes   $horizon_days, the fitted $r, $alpha, $a, $b (time in weeks), and
--         $first_chance   1 where a member may leave after the first order (MBG/NBD), 0 where not (BG/NBD)
--
-- In logs until the end: ((alpha + T) / (alpha + t_x)) ** (r + x) overflows for a loyal member gone silent, and
-- exp() of more than 700 leaves double, on some engines with an error.

with weeks as (
    select
        member_id,
        repeats,
        tenure_days,
        cast(repeats as double) as x,
        cast(active_days as double) / 7 as t_x,
        cast(tenure_days as double) / 7 as t,
        cast($horizon_days as double) / 7 as h
    from histories
),

exponents as (
    select
        member_id,
        repeats,
        tenure_days,
        h * ($r + x) / nullif($alpha + t, 0) as orders_on_rhythm,
        case
            when x + $first_chance > 0
            then ln($a) - ln($b + x + $first_chance - 1) + ($r + x) * (ln($alpha + t) - ln($alpha + t_x))
        end as log_odds_gone,
        ($r + x) * (ln($alpha + t) - ln($alpha + t + h)) as log_silent_if_alive
    from weeks
),

alive as (
    select
        member_id,
        repeats,
        tenure_days,
        orders_on_rhythm,
        coalesce(1 / nullif(1 + exp(least(log_odds_gone, 700)), 0), 1) as p_alive,
        exp(least(log_silent_if_alive, 0)) as p_silent_if_alive
    from exponents
)

select
    member_id,
    p_alive,
    1 - p_alive * (1 - p_silent_if_alive) as churn_probability,
    p_alive * orders_if_alive as expected_orders,
    orders_on_rhythm
from alive
join expectations using (repeats, tenure_days)
