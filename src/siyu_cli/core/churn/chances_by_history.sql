-- chances_by_history: one row per buyer: the chances a model gives to everyone with their history.
--
-- reads   histories, history_chances

with placed as (
    select member_id, repeats, active_days, tenure_days
    from histories
)

select member_id, p_alive, churn_probability, expected_orders, orders_on_rhythm
from placed
join history_chances using (repeats, active_days, tenure_days)
