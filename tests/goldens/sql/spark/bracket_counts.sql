/* bracket_counts: one row per part and bracket of days, how many of those old enough came back in it. */
/* reads   revisits, brackets */
WITH seen AS (
  SELECT
    member_id,
    part,
    first_day,
    last_day
  FROM revisits
  JOIN brackets
    ON days BETWEEN first_day AND last_day
  WHERE
    age_days >= last_day
  GROUP BY
    member_id,
    part,
    first_day,
    last_day
)
SELECT
  part,
  first_day,
  last_day,
  COUNT(*) AS active
FROM seen
GROUP BY
  part,
  first_day,
  last_day
