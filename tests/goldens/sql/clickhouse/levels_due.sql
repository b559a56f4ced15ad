/* levels_due: one row per member whose level is reviewed soon or who is in grace, with what staff know them by. */
/* reads   level_reviews, stages, features, members */
SELECT
  member_id,
  level_name AS level,
  valid_until,
  last_chance_on,
  days_left,
  state,
  need,
  secured,
  lack,
  lack_orders,
  keep_probability,
  stage,
  last_order_on,
  days_since_last,
  net_sales_365d,
  owner,
  store
FROM level_reviews
LEFT JOIN stages
  USING (member_id)
LEFT JOIN features
  USING (member_id)
LEFT JOIN members
  USING (member_id)
