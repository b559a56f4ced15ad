/* milestone_counts: one row per number of invitees that count: how many inviters brought just so many. */
/* reads   outcomes */
/* What counts towards a milestone is a new member without a reason to look. */
WITH records AS (
  SELECT
    inviter_id,
    COUNT(*) AS brought
  FROM outcomes
  WHERE
    is_new AND NOT is_suspicious
  GROUP BY
    inviter_id
)
SELECT
  brought,
  COUNT(*) AS inviters
FROM records
GROUP BY
  brought
