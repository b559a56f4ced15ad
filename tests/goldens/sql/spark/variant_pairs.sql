/* variant_pairs: one row per two variants that somebody sent both of (and per variant with itself): products of their */
/* inviters' counts, from which the spread between inviters follows. */
/* reads   outcomes */
/* Invites whose inviter nobody knows stand for themselves. */
WITH counts AS (
  SELECT
    variant,
    inviter_id,
    COUNT(*) AS sent,
    COUNT(CASE WHEN is_joined THEN 1 END) AS brought,
    COUNT(CASE WHEN is_ordered THEN 1 END) AS buying
  FROM outcomes
  WHERE
    NOT variant IS NULL
  GROUP BY
    variant,
    inviter_id
), others AS (
  SELECT
    variant AS other,
    inviter_id,
    sent AS other_sent,
    brought AS other_brought,
    buying AS other_buying
  FROM counts
), products AS (
  SELECT
    variant,
    other,
    1 AS units,
    sent * other_sent AS sent_sent,
    brought * other_sent AS brought_sent,
    brought * other_brought AS brought_brought,
    buying * other_sent AS buying_sent,
    buying * other_buying AS buying_buying
  FROM counts
  JOIN others
    USING (inviter_id)
  UNION ALL
  SELECT
    variant,
    variant AS other,
    sent AS units,
    sent AS sent_sent,
    brought AS brought_sent,
    brought AS brought_brought,
    buying AS buying_sent,
    buying AS buying_buying
  FROM counts
  WHERE
    inviter_id IS NULL
)
SELECT
  variant,
  other,
  CAST(SUM(units) AS BIGINT) AS inviters,
  CAST(SUM(sent_sent) AS BIGINT) AS invites_invites,
  CAST(SUM(brought_sent) AS BIGINT) AS joined_invites,
  CAST(SUM(brought_brought) AS BIGINT) AS joined_joined,
  CAST(SUM(buying_sent) AS BIGINT) AS ordered_invites,
  CAST(SUM(buying_buying) AS BIGINT) AS ordered_ordered
FROM products
GROUP BY
  variant,
  other
