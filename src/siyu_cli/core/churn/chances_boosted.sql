-- chances_boosted: one row per buyer: the chances of the model, its churn_probability that of the ensemble.
--
-- reads   chances, boosted_chances

with modelled as (
    select member_id, p_alive, expected_orders, orders_on_rhythm
    from chances
)

select member_id, p_alive, boosted_probability as churn_probability, expected_orders, orders_on_rhythm
from modelled
join boosted_chances using (member_id)
