/* acquired_days: one row per source, shares, month and day after members came: what they paid and got back on it. */
/* reads   acquired, purchases */
/* Money that moved before a member came is in no lifetime. */
WITH moved AS (
  SELECT
    source,
    shares,
    cohort,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', start_on), DATE_TRUNC('DAY', ordered_on)) AS days,
    paid_amount AS paid,
    refunded_amount AS refunded
  FROM purchases
  JOIN acquired
    USING (member_id)
)
SELECT
  source,
  shares,
  cohort,
  days,
  CAST(SUM(paid) AS DECIMAL(18, 2)) AS paid_amount,
  CAST(SUM(refunded) AS DECIMAL(18, 2)) AS refunded_amount
FROM moved
WHERE
  days >= 0
GROUP BY
  source,
  shares,
  cohort,
  days
