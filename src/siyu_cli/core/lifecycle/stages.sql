-- stages: one row per member, exactly one lifecycle stage; the first rule that fits wins.
--
-- reads   features, comebacks, norms
-- takes   $as_of, $new_days, $dormant_after, $churned_after, $declining_ratio, $mature_orders
--
-- stage_rule is the number of the deciding rule, expected_gap_days the rhythm the member is held against
-- (their own from three purchase days on), dormant_limit and churned_limit the silences they are allowed.

with rhythms as (
    select
        member_id,
        order_days,
        days_since_last,
        median_gap_days,
        is_active,
        case when has_evidence and last_order_on is null then true else false end as is_undated,
        date_diff('day', joined_on, $as_of) as days_since_joined,
        case
            when order_days >= 3 and median_gap_days > 365 then 365
            when order_days >= 3 then median_gap_days
        end as own,
        case when days_since_return <= $dormant_after and days_bought_since < 3 then silence_days end as silence_days,
        days_since_return,
        shop_norm
    from features
    cross join norms
    left join comebacks using (member_id)
),

expected as (
    select
        *,
        case
            when own is not null then own
            when order_days = 2 and median_gap_days > shop_norm then median_gap_days
            else shop_norm
        end as expected_gap_days,
        case when 2 * own > $dormant_after then 2 * own else $dormant_after end as dormant_limit,
        case when 3 * own > $churned_after then 3 * own else $churned_after end as churned_limit
    from rhythms
),

limits as (
    select
        *,
        case
            when $declining_ratio * expected_gap_days > 14 then $declining_ratio * expected_gap_days
            else 14
        end as declining_limit
    from expected
),

decided as (
    select
        *,
        case
            when is_undated then 1
            when order_days = 0 and days_since_joined <= $new_days and is_active then 2
            when order_days = 0 and days_since_joined <= $new_days then 3
            when order_days = 0 then 4
            when days_since_last > churned_limit then 5
            when days_since_last > dormant_limit then 6
            when order_days >= 2 and days_since_last > declining_limit then 7
            when silence_days is not null then 8
            when order_days = 1 then 9
            when order_days >= $mature_orders then 10
            else 11
        end as stage_rule
    from limits
)

select
    member_id,
    case stage_rule
        when 1 then 'unknown'
        when 2 then 'activated'
        when 3 then 'acquired'
        when 4 then 'nurturing'
        when 5 then 'churned'
        when 6 then 'dormant'
        when 7 then 'declining'
        when 8 then 'returned'
        when 9 then 'converted'
        when 10 then 'mature'
        else 'retained'
    end as stage,
    cast(stage_rule as bigint) as stage_rule,
    own as own_gap_days,
    expected_gap_days,
    dormant_limit,
    churned_limit,
    declining_limit,
    silence_days,
    days_since_return,
    days_since_joined
from decided
