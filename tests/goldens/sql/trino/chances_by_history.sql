/* chances_by_history: one row per buyer: the chances a model gives to everyone with their history. */
/* reads   histories, history_chances */
WITH placed AS (
  SELECT
    member_id,
    repeats,
    active_days,
    tenure_days
  FROM histories
)
SELECT
  member_id,
  p_alive,
  churn_probability,
  expected_orders,
  orders_on_rhythm
FROM placed
JOIN history_chances
  USING (repeats, active_days, tenure_days)
