/* joining_cells: one row per day of joining and channel: new members brought by others and members nobody brought. */
/* reads   features, members, outcomes, referrals */
/* Sums of net sales and of their squares are all a comparison needs. */
WITH brought AS (
  SELECT
    invitee_id AS member_id,
    is_new
  FROM outcomes
  WHERE
    is_joined
), invited /* By whatever campaign. */ AS (
  SELECT
    invitee_id AS member_id,
    TRUE AS was_invited
  FROM referrals
  WHERE
    NOT (
      invitee_id IS NULL
    )
    AND NOT (
      inviter_id IS NULL
    )
    AND inviter_id <> invitee_id
  GROUP BY
    invitee_id
), channels AS (
  SELECT
    member_id,
    source_channel
  FROM members
  WHERE
    is_registered
), registered AS (
  SELECT
    joined_on,
    source_channel,
    CASE WHEN is_new THEN TRUE ELSE FALSE END AS is_referred,
    order_days,
    CAST(net_sales AS Nullable(Float64)) AS sales
  FROM features
  JOIN channels
    USING (member_id)
  LEFT JOIN brought
    USING (member_id)
  LEFT JOIN invited
    USING (member_id)
  WHERE
    NOT (
      joined_on IS NULL
    )
    AND (
      is_new OR (
        is_new IS NULL AND was_invited IS NULL
      )
    )
)
SELECT
  joined_on,
  source_channel,
  is_referred,
  COUNT(*) AS members,
  COUNT(CASE WHEN order_days > 0 THEN 1 END) AS buyers,
  CAST(SUM(sales) AS Nullable(Float64)) AS net_sales,
  CAST(SUM(sales * sales) AS Nullable(Float64)) AS squared_net_sales
FROM registered
GROUP BY
  joined_on,
  source_channel,
  is_referred
