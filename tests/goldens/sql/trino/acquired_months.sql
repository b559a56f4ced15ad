/* acquired_months: one row per month, and whether members are on a list or only known by their orders: how many came. */
/* reads   features, starts */
WITH known AS (
  SELECT
    cohort,
    CASE WHEN is_registered OR NOT joined_on IS NULL THEN TRUE ELSE FALSE END AS is_listed
  FROM starts
  JOIN features
    USING (member_id)
  WHERE
    NOT start_on IS NULL
)
SELECT
  cohort,
  is_listed,
  COUNT(*) AS members
FROM known
GROUP BY
  cohort,
  is_listed
