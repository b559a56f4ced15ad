/* activation_waits: one row per attribute, part, age and days waited for the first order: how many, how many until it came. */
/* reads   activations */
/* attribute is what members are told apart by, all for nothing; ripe_days the longest of 0, 7, 30 and 90 days that they */
/* have been here for. */
WITH followed AS (
  SELECT
    source_channel,
    owner,
    first_coupon,
    wait_days,
    has_bought,
    CASE
      WHEN age_days >= 90
      THEN 90
      WHEN age_days >= 30
      THEN 30
      WHEN age_days >= 7
      THEN 7
      ELSE 0
    END AS ripe_days
  FROM activations
  WHERE
    fate = 'counted'
), told AS (
  SELECT
    'all' AS attribute,
    '' AS part,
    ripe_days,
    wait_days,
    has_bought
  FROM followed
  UNION ALL
  SELECT
    'source_channel' AS attribute,
    source_channel AS part,
    ripe_days,
    wait_days,
    has_bought
  FROM followed
  UNION ALL
  SELECT
    'owner' AS attribute,
    owner AS part,
    ripe_days,
    wait_days,
    has_bought
  FROM followed
  UNION ALL
  SELECT
    'first_coupon' AS attribute,
    first_coupon AS part,
    ripe_days,
    wait_days,
    has_bought
  FROM followed
)
SELECT
  attribute,
  part,
  ripe_days,
  wait_days AS days,
  COUNT(*) AS members,
  COUNT(CASE WHEN has_bought THEN 1 END) AS returned
FROM told
GROUP BY
  attribute,
  part,
  ripe_days,
  wait_days
