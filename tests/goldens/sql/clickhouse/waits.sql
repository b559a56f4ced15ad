/* waits: one row per part, number of a purchase day and days waited for the next: how many waited, how many of them in vain. */
/* reads   milestones, starts */
/* takes   $as_of */
/* number 1 is the wait from the first to the second purchase day. Whoever has not come yet waits until as_of. */
WITH begun AS (
  SELECT
    part,
    first_on,
    second_on,
    third_on,
    fourth_on,
    fifth_on
  FROM milestones
  JOIN starts
    USING (member_id)
  WHERE
    NOT (
      first_period IS NULL
    )
), spans AS (
  SELECT
    part,
    1 AS number,
    first_on AS from_on,
    second_on AS to_on
  FROM begun
  UNION ALL
  SELECT
    part,
    2 AS number,
    second_on AS from_on,
    third_on AS to_on
  FROM begun
  UNION ALL
  SELECT
    part,
    3 AS number,
    third_on AS from_on,
    fourth_on AS to_on
  FROM begun
  UNION ALL
  SELECT
    part,
    4 AS number,
    fourth_on AS from_on,
    fifth_on AS to_on
  FROM begun
), waited AS (
  SELECT
    part,
    number,
    DATE_DIFF(DAY, from_on, COALESCE(to_on, CAST('2026-06-30' AS Nullable(DATE)))) AS days,
    NOT (
      to_on IS NULL
    ) AS is_over
  FROM spans
  WHERE
    NOT (
      from_on IS NULL
    )
)
SELECT
  part,
  number,
  days,
  COUNT(*) AS members,
  COUNT(CASE WHEN is_over THEN 1 END) AS returned
FROM waited
GROUP BY
  part,
  number,
  days
