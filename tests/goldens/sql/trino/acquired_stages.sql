/* acquired_stages: one row per source, shares and stage, how many of those of equal age are in it. */
/* reads   acquired */
SELECT
  source,
  shares,
  stage,
  COUNT(*) AS members
FROM acquired
WHERE
  age_days >= 180 AND age_days <= 365
GROUP BY
  source,
  shares,
  stage
