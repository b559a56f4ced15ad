/* referral_days: one row per date on which anything happened: events on their own dates, so that periods add up. */
/* reads   outcomes */
WITH happenings AS (
  SELECT
    since_on AS happened_on,
    1 AS invites_part,
    0 AS joined_part,
    0 AS new_members_part,
    0 AS ordered_part,
    0 AS retained_part,
    0 AS suspicious_part
  FROM outcomes
  UNION ALL
  SELECT
    joined_on AS happened_on,
    0 AS invites_part,
    1 AS joined_part,
    CASE WHEN is_new THEN 1 ELSE 0 END AS new_members_part,
    0 AS ordered_part,
    0 AS retained_part,
    CASE WHEN is_suspicious THEN 1 ELSE 0 END AS suspicious_part
  FROM outcomes
  WHERE
    is_joined
  UNION ALL
  SELECT
    first_order_on AS happened_on,
    0 AS invites_part,
    0 AS joined_part,
    0 AS new_members_part,
    1 AS ordered_part,
    0 AS retained_part,
    0 AS suspicious_part
  FROM outcomes
  WHERE
    is_ordered
  UNION ALL
  SELECT
    second_order_on AS happened_on,
    0 AS invites_part,
    0 AS joined_part,
    0 AS new_members_part,
    0 AS ordered_part,
    1 AS retained_part,
    0 AS suspicious_part
  FROM outcomes
  WHERE
    is_retained
)
SELECT
  happened_on,
  CAST(SUM(invites_part) AS BIGINT) AS invites,
  CAST(SUM(joined_part) AS BIGINT) AS joined,
  CAST(SUM(new_members_part) AS BIGINT) AS new_members,
  CAST(SUM(ordered_part) AS BIGINT) AS ordered,
  CAST(SUM(retained_part) AS BIGINT) AS retained,
  CAST(SUM(suspicious_part) AS BIGINT) AS suspicious
FROM happenings
WHERE
  NOT happened_on IS NULL
GROUP BY
  happened_on
