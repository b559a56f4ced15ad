/* monitor_joined: one row per part and day on which somebody joined, as lists of members and friends have it. */
/* reads   features */
WITH known AS (
  SELECT
    member_id,
    '' AS part,
    joined_on
  FROM features
)
SELECT
  part,
  joined_on AS day,
  COUNT(*) AS new_members
FROM known
WHERE
  NOT (
    joined_on IS NULL
  )
GROUP BY
  part,
  joined_on
