/* stage_spells: one row per stage and length: how many times members stayed in it for so many looks, how many then left. */
/* reads   stage_looks */
/* takes   $last_look   the number of the latest look; the first one is 0 */
/* Only stays whose beginning was seen: who was in a stage at the first look may have been there for long. Who has not */
/* left by the last look stays for as long as was seen. */
WITH followed AS (
  SELECT
    member_id,
    look,
    stage,
    LAG(stage) OVER looks AS stage_before
  FROM stage_looks
  WINDOW looks AS (PARTITION BY member_id ORDER BY look NULLS LAST)
), begun AS (
  SELECT
    member_id,
    look,
    stage,
    LAG(look) OVER changes AS left_at
  FROM followed
  WHERE
    look > 0 AND (
      stage_before IS NULL OR stage_before <> stage
    )
  WINDOW changes AS (PARTITION BY member_id ORDER BY look DESC)
)
SELECT
  stage,
  COALESCE(left_at, CAST('9' AS BIGINT)) - look AS days,
  COUNT(*) AS members,
  COUNT(left_at) AS returned
FROM begun
GROUP BY
  stage,
  COALESCE(left_at, CAST('9' AS BIGINT)) - look
