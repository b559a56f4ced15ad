/* inviter_records: one row per person with a joined invitee: how many joined and ordered, of them those who had the time to. */
/* reads   invites */
/* takes   $as_of, $mature_days */
/* is_quick: all of them joined within two days. */
WITH joiners AS (
  SELECT
    inviter_id,
    joined_on,
    CASE WHEN is_ordered THEN 1 ELSE 0 END AS ordering,
    CASE
      WHEN joined_on IS NULL
      OR DATE_DIFF('DAY', DATE_TRUNC('DAY', joined_on), DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))) >= CAST('30' AS BIGINT)
      THEN 1
      ELSE 0
    END AS mature
  FROM invites
  WHERE
    is_joined
)
SELECT
  inviter_id,
  COUNT(*) AS joined,
  CAST(SUM(ordering) AS BIGINT) AS ordered,
  CAST(SUM(mature) AS BIGINT) AS mature_joined,
  CAST(SUM(mature * ordering) AS BIGINT) AS mature_ordered,
  DATE_DIFF('DAY', DATE_TRUNC('DAY', MIN(joined_on)), DATE_TRUNC('DAY', MAX(joined_on))) + 1 AS active_days,
  CASE
    WHEN DATE_DIFF('DAY', DATE_TRUNC('DAY', MIN(joined_on)), DATE_TRUNC('DAY', MAX(joined_on))) <= 1
    THEN TRUE
    ELSE FALSE
  END AS is_quick
FROM joiners
GROUP BY
  inviter_id
