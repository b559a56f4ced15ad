/* activation_waiting: one row per member whose first or second order may still come in time, and how many days they have. */
/* reads   activations */
/* takes   $as_of         the date the shop is looked at */
/*         $within_days   within how many days of joining, or of the first order, it must come */
WITH waiting AS (
  SELECT
    member_id,
    CASE WHEN has_bought THEN 'second_order' ELSE 'first_order' END AS awaited,
    CASE WHEN has_bought THEN first_on ELSE joined_on END AS since_on,
    source_channel,
    owner,
    store
  FROM activations
  WHERE
    (
      fate = 'counted' AND NOT has_bought
    )
    OR (
      fate <> 'earlier_orders' AND has_bought AND second_on IS NULL
    )
), dated AS (
  SELECT
    member_id,
    awaited,
    since_on,
    CAST('90' AS Nullable(Int64)) - DATE_DIFF(DAY, since_on, CAST('2026-06-30' AS Nullable(DATE))) AS days_left,
    source_channel,
    owner,
    store
  FROM waiting
)
SELECT
  member_id,
  awaited,
  since_on,
  days_left,
  source_channel,
  owner,
  store
FROM dated
WHERE
  days_left >= 0
