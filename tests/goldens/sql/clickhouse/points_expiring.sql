/* points_expiring: one row per member of whose points some lapse within so many days, with what staff know them by. */
/* reads   point_balances, stages, features, members */
/* takes   $point_value   money a point is worth, or nothing */
SELECT
  member_id,
  expiring AS points_expiring,
  first_expires_on,
  CAST(FLOOR(
    100 * (
      CAST(expiring AS Nullable(Float64)) * CAST(CAST('0.01' AS Nullable(Float64)) AS Nullable(Float64))
    ) + 0.5
  ) / 100 AS Nullable(Decimal(18, 2))) AS expiring_value,
  balance AS points_balance,
  stage,
  level,
  last_order_on,
  days_since_last,
  net_sales_365d,
  owner,
  store
FROM point_balances
LEFT JOIN stages
  USING (member_id)
LEFT JOIN features
  USING (member_id)
LEFT JOIN members
  USING (member_id)
WHERE
  expiring > 0
