/* movement: one row per pair of stages, how many members went from one to the other since a snapshot. */
/* reads   snapshot, stages */
WITH before_after AS (
  SELECT
    COALESCE(stage_before, 'new') AS stage_from,
    COALESCE(stage_after, 'gone') AS stage_to
  FROM (
    SELECT
      member_id,
      stage AS stage_before
    FROM snapshot
  ) AS earlier
  FULL JOIN (
    SELECT
      member_id,
      stage AS stage_after
    FROM stages
  ) AS later
    USING (member_id)
)
SELECT
  stage_from,
  stage_to,
  COUNT(*) AS members
FROM before_after
GROUP BY
  stage_from,
  stage_to
