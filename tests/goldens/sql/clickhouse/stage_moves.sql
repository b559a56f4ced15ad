/* stage_moves: one row per member there at either date: their stage then and now, and what says that it cannot be. */
/* reads   earlier_labels, stages, features */
/* new: not there then (joined, or first bought, after it). gone: there then and not now. is_impossible: a buyer who is */
/* one no more, or who had bought on two days and is one of those who bought once. */
WITH earlier AS (
  SELECT
    member_id,
    stage AS stage_before,
    order_days AS order_days_before
  FROM earlier_labels
), later AS (
  SELECT
    member_id,
    stage AS stage_after,
    days_since_last,
    net_sales
  FROM stages
  JOIN (
    SELECT
      member_id,
      days_since_last,
      net_sales
    FROM features
  ) AS known
    USING (member_id)
)
SELECT
  member_id,
  COALESCE(stage_before, 'new') AS stage_from,
  COALESCE(stage_after, 'gone') AS stage_to,
  CASE
    WHEN order_days_before > 0
    AND (
      stage_after = 'acquired' OR stage_after = 'activated' OR stage_after = 'nurturing'
    )
    THEN TRUE
    WHEN order_days_before > 1 AND stage_after = 'converted'
    THEN TRUE
    ELSE FALSE
  END AS is_impossible,
  days_since_last,
  net_sales
FROM earlier
FULL JOIN later
  USING (member_id)
