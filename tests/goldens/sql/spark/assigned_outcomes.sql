/* assigned_outcomes: one row per member assigned: what they ordered within the horizon, and in as many days before. */
/* reads   assigned_members, features, purchases */
/* takes   $starts_on      the first day of the campaign */
/*         $horizon_days   how many days from it orders count */
/* Members count in the arm they were assigned to, whatever became of them. Net sales are less refunds of those days. */
WITH ahead AS (
  SELECT
    member_id,
    CAST(DATEDIFF(ordered_on, CAST('2026-06-01' AS DATE)) AS BIGINT) AS days,
    order_count AS orders,
    paid_amount - refunded_amount AS net
  FROM purchases
), spent AS (
  SELECT
    member_id,
    CAST(SUM(CASE WHEN days >= 0 AND days < CAST('90' AS BIGINT) THEN orders ELSE 0 END) AS BIGINT) AS placed,
    CAST(SUM(CASE WHEN days >= 0 AND days < CAST('90' AS BIGINT) THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_within,
    CAST(SUM(CASE WHEN days < 0 AND days + CAST('90' AS BIGINT) >= 0 THEN net ELSE 0 END) AS DECIMAL(18, 2)) AS net_before
  FROM ahead
  GROUP BY
    member_id
), known AS (
  SELECT
    member_id,
    TRUE AS is_member
  FROM features
)
SELECT
  member_id,
  arm,
  CAST(CASE WHEN placed > 0 THEN 1 ELSE 0 END AS BIGINT) AS purchase,
  CAST(COALESCE(net_within, 0) AS DOUBLE) AS net_sales,
  CAST(COALESCE(net_before, 0) AS DOUBLE) AS past_sales,
  CASE WHEN is_member THEN TRUE ELSE FALSE END AS is_known
FROM assigned_members
LEFT JOIN spent
  USING (member_id)
LEFT JOIN known
  USING (member_id)
