/* activations: one row per member: when they joined, whether and after how many days they bought, what told them apart then. */
/* reads   features, milestones, members, events */
/* takes   $as_of   the date the shop is looked at; nothing after it exists */
/* fate says why somebody is not followed: no_date (of joining), earlier_orders (an export proves orders the log does not */
/* hold), bought_before (their first order came before they joined). first_coupon: one was issued or claimed on the very */
/* day they joined; a later one only those have who had not bought until then. */
WITH greeted AS (
  SELECT
    member_id,
    happened_on AS joined_on,
    'yes' AS greeting
  FROM events
  WHERE
    kind IN ('coupon_issued', 'coupon_claimed')
    AND happened_on <= CAST('2026-06-30' AS DATE)
  GROUP BY
    member_id,
    happened_on
), known AS (
  SELECT
    member_id,
    joined_on,
    first_on,
    second_on,
    CASE
      WHEN history = 'totals' OR history = 'partial'
      THEN 'earlier_orders'
      WHEN joined_on IS NULL
      THEN 'no_date'
      WHEN first_on < joined_on
      THEN 'bought_before'
      ELSE 'counted'
    END AS fate
  FROM features
  LEFT JOIN milestones
    USING (member_id)
)
SELECT
  member_id,
  fate,
  joined_on,
  first_on,
  second_on,
  CAST(DATEDIFF(CAST('2026-06-30' AS DATE), joined_on) AS BIGINT) AS age_days,
  CAST(DATEDIFF(COALESCE(first_on, CAST('2026-06-30' AS DATE)), joined_on) AS BIGINT) AS wait_days,
  CASE WHEN NOT first_on IS NULL THEN TRUE ELSE FALSE END AS has_bought,
  source_channel,
  owner,
  store,
  COALESCE(greeting, 'no') AS first_coupon
FROM known
LEFT JOIN (
  SELECT
    member_id,
    source_channel,
    owner,
    store
  FROM members
) AS attributes
  USING (member_id)
LEFT JOIN greeted
  USING (member_id, joined_on)
