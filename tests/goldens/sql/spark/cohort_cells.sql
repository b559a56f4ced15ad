/* cohort_cells: one row per part, cohort and period, how many of the cohort bought in it. */
/* reads   purchases, starts, periods */
WITH active AS (
  SELECT
    member_id,
    part,
    cohort,
    period
  FROM purchases
  JOIN starts
    USING (member_id)
  JOIN (
    SELECT
      day AS ordered_on,
      period
    FROM periods
  ) AS calendar
    USING (ordered_on)
  WHERE
    order_count > 0 AND NOT cohort IS NULL
  GROUP BY
    member_id,
    part,
    cohort,
    period
)
SELECT
  part,
  cohort,
  period,
  COUNT(*) AS active
FROM active
GROUP BY
  part,
  cohort,
  period
