/* value_days: one row per part, cohort, first day and day after it: what members who began on that day brought on it. */
/* reads   purchases, starts */
/* Net sales: refunds lower the day they fall on. Money that moved before a member began is in no lifetime. */
WITH moved AS (
  SELECT
    part,
    cohort,
    start_on,
    age_days,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', start_on), DATE_TRUNC('DAY', ordered_on)) AS days,
    paid_amount - refunded_amount AS net
  FROM purchases
  JOIN starts
    USING (member_id)
  WHERE
    NOT start_on IS NULL
)
SELECT
  part,
  cohort,
  start_on,
  age_days,
  days,
  CAST(SUM(net) AS DECIMAL(18, 2)) AS net_sales
FROM moved
WHERE
  days >= 0
GROUP BY
  part,
  cohort,
  start_on,
  age_days,
  days
