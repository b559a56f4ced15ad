/* generations: one row per generation, and of it those who have had their time: people, and what their invites brought. */
/* reads   participants */
/* takes   $as_of, $mature_days */
WITH ripe AS (
  SELECT
    generation,
    CASE
      WHEN began_on IS NULL
      OR CAST(DATEDIFF(CAST('2026-06-30' AS DATE), began_on) AS BIGINT) >= CAST('30' AS BIGINT)
      THEN TRUE
      ELSE FALSE
    END AS is_mature,
    invites AS invites_part,
    joined AS joined_part,
    ordered AS ordered_part
  FROM participants
)
SELECT
  generation,
  is_mature,
  COUNT(*) AS participants,
  COUNT(CASE WHEN joined_part > 0 THEN 1 END) AS inviters,
  CAST(SUM(invites_part) AS BIGINT) AS invites,
  CAST(SUM(joined_part) AS BIGINT) AS joined,
  CAST(SUM(ordered_part) AS BIGINT) AS ordered
FROM ripe
GROUP BY
  generation,
  is_mature
