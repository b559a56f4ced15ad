/* stage_steps: one row per look, stage one look before and stage then: how many members went from one to the other. */
/* reads   stage_looks */
/* Looks are numbered from 0. new: not there one look before. */
WITH followed AS (
  SELECT
    look,
    stage,
    LAG(look) OVER looks AS look_before,
    LAG(stage) OVER looks AS stage_before
  FROM stage_looks
  WINDOW looks AS (PARTITION BY member_id ORDER BY look)
)
SELECT
  look,
  CASE WHEN look_before IS NULL THEN 'new' ELSE stage_before END AS stage_from,
  stage AS stage_to,
  COUNT(*) AS members
FROM followed
WHERE
  look > 0
GROUP BY
  look,
  look_before IS NULL,
  stage_before,
  stage
