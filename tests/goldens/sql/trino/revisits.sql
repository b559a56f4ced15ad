/* revisits: one row per member and later purchase day, how many days after their start it was. */
/* reads   purchases, starts */
WITH dated AS (
  SELECT
    member_id,
    part,
    age_days,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', start_on), DATE_TRUNC('DAY', ordered_on)) AS days
  FROM purchases
  JOIN starts
    USING (member_id)
  WHERE
    order_count > 0 AND NOT start_on IS NULL
)
SELECT
  member_id,
  part,
  age_days,
  days
FROM dated
WHERE
  days >= 1
