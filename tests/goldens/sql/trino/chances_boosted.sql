/* chances_boosted: one row per buyer: the chances of the model, its churn_probability that of the ensemble. */
/* reads   chances, boosted_chances */
WITH modelled AS (
  SELECT
    member_id,
    p_alive,
    expected_orders,
    orders_on_rhythm
  FROM chances
)
SELECT
  member_id,
  p_alive,
  boosted_probability AS churn_probability,
  expected_orders,
  orders_on_rhythm
FROM modelled
JOIN boosted_chances
  USING (member_id)
