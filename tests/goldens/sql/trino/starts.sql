/* starts: one row per member, when they began and in which period; nothing where that is not known. */
/* reads   features, milestones, periods */
/* takes   $as_of, $start (first_order, or joined: whichever of joining and first order came first), $began_on (of the log) */
/* fate says why a member has no start: never_bought, earlier_orders (an export proves orders the log does not hold, so */
/* that its first one is not theirs), no_date. part is what members are told apart by, nothing unless that is asked. */
/* first_period is that of the first order, whatever the start; earlier orders leave it empty. */
WITH known AS (
  SELECT
    member_id,
    '' AS part,
    joined_on,
    second_on,
    CASE WHEN history = 'full' THEN first_on END AS first_order_on,
    CASE
      WHEN history = 'totals' OR history = 'partial'
      THEN 'earlier_orders'
      WHEN CAST('first_order' AS VARCHAR) = 'first_order' AND first_on IS NULL
      THEN 'never_bought'
      WHEN first_on IS NULL AND joined_on IS NULL
      THEN 'no_date'
      ELSE 'counted'
    END AS fate,
    CASE
      WHEN CAST('first_order' AS VARCHAR) = 'joined'
      AND (
        first_on IS NULL OR COALESCE(joined_on < first_on, FALSE)
      )
      THEN joined_on
      ELSE first_on
    END AS began_on
  FROM features
  LEFT JOIN milestones
    USING (member_id)
), begun AS (
  SELECT
    member_id,
    part,
    fate,
    joined_on,
    first_order_on,
    second_on,
    CASE WHEN fate = 'counted' THEN began_on END AS start_on
  FROM known
)
SELECT
  member_id,
  part,
  fate,
  start_on,
  DATE_DIFF('DAY', DATE_TRUNC('DAY', start_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) AS age_days,
  cohort,
  first_period,
  CASE WHEN second_period = cohort THEN TRUE ELSE FALSE END AS is_repeat,
  CASE WHEN joined_on >= CAST('2023-07-01' AS DATE) THEN TRUE ELSE FALSE END AS is_newcomer
FROM begun
LEFT JOIN (
  SELECT
    day AS start_on,
    period AS cohort
  FROM periods
) AS of_start
  USING (start_on)
LEFT JOIN (
  SELECT
    day AS first_order_on,
    period AS first_period
  FROM periods
) AS of_first
  USING (first_order_on)
LEFT JOIN (
  SELECT
    day AS second_on,
    period AS second_period
  FROM periods
) AS of_second
  USING (second_on)
