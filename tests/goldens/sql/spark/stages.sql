/* stages: one row per member, exactly one lifecycle stage; the first rule that fits wins. */
/* reads   features, comebacks, norms */
/* takes   $as_of, $new_days, $dormant_after, $churned_after, $declining_ratio, $mature_orders */
/* stage_rule is the number of the deciding rule, expected_gap_days the rhythm the member is held against */
/* (their own from three purchase days on), dormant_limit and churned_limit the silences they are allowed. */
WITH rhythms AS (
  SELECT
    member_id,
    order_days,
    days_since_last,
    median_gap_days,
    is_active,
    CASE WHEN has_evidence AND last_order_on IS NULL THEN TRUE ELSE FALSE END AS is_undated,
    CAST(DATEDIFF(CAST('2026-06-30' AS DATE), joined_on) AS BIGINT) AS days_since_joined,
    CASE
      WHEN order_days >= 3 AND median_gap_days > 365
      THEN 365
      WHEN order_days >= 3
      THEN median_gap_days
    END AS own,
    CASE
      WHEN days_since_return <= CAST('90' AS BIGINT) AND days_bought_since < 3
      THEN silence_days
    END AS silence_days,
    days_since_return,
    shop_norm
  FROM features
  CROSS JOIN norms
  LEFT JOIN comebacks
    USING (member_id)
), expected AS (
  SELECT
    *,
    CASE
      WHEN NOT own IS NULL
      THEN own
      WHEN order_days = 2 AND median_gap_days > shop_norm
      THEN median_gap_days
      ELSE shop_norm
    END AS expected_gap_days,
    CASE WHEN 2 * own > CAST('90' AS BIGINT) THEN 2 * own ELSE CAST('90' AS BIGINT) END AS dormant_limit,
    CASE
      WHEN 3 * own > CAST('180' AS BIGINT)
      THEN 3 * own
      ELSE CAST('180' AS BIGINT)
    END AS churned_limit
  FROM rhythms
), limits AS (
  SELECT
    *,
    CASE
      WHEN CAST('1.5' AS DOUBLE) * expected_gap_days > 14
      THEN CAST('1.5' AS DOUBLE) * expected_gap_days
      ELSE 14
    END AS declining_limit
  FROM expected
), decided AS (
  SELECT
    *,
    CASE
      WHEN is_undated
      THEN 1
      WHEN order_days = 0 AND days_since_joined <= CAST('30' AS BIGINT) AND is_active
      THEN 2
      WHEN order_days = 0 AND days_since_joined <= CAST('30' AS BIGINT)
      THEN 3
      WHEN order_days = 0
      THEN 4
      WHEN days_since_last > churned_limit
      THEN 5
      WHEN days_since_last > dormant_limit
      THEN 6
      WHEN order_days >= 2 AND days_since_last > declining_limit
      THEN 7
      WHEN NOT silence_days IS NULL
      THEN 8
      WHEN order_days = 1
      THEN 9
      WHEN order_days >= CAST('4' AS BIGINT)
      THEN 10
      ELSE 11
    END AS stage_rule
  FROM limits
)
SELECT
  member_id,
  CASE stage_rule
    WHEN 1
    THEN 'unknown'
    WHEN 2
    THEN 'activated'
    WHEN 3
    THEN 'acquired'
    WHEN 4
    THEN 'nurturing'
    WHEN 5
    THEN 'churned'
    WHEN 6
    THEN 'dormant'
    WHEN 7
    THEN 'declining'
    WHEN 8
    THEN 'returned'
    WHEN 9
    THEN 'converted'
    WHEN 10
    THEN 'mature'
    ELSE 'retained'
  END AS stage,
  CAST(stage_rule AS BIGINT) AS stage_rule,
  own AS own_gap_days,
  expected_gap_days,
  dormant_limit,
  churned_limit,
  declining_limit,
  silence_days,
  days_since_return,
  days_since_joined
FROM decided
