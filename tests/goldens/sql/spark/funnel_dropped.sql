/* funnel_dropped: one row per member who took a step within the window and not the next one: when, and what is left of it. */
/* reads   funnel_reached, funnel_ways, members */
/* takes   $place         the last step they took */
/*         $window_days   how many days after the first step count */
/*         $is_bounded    whether there is a window at all */
WITH stopped AS (
  SELECT
    member_id,
    entry_on,
    reached_on,
    age_days
  FROM funnel_reached
  JOIN funnel_ways
    USING (member_id, entry_on)
  WHERE
    depth = CAST('2' AS BIGINT) AND place = CAST('2' AS BIGINT)
)
SELECT
  member_id,
  entry_on,
  reached_on,
  CASE
    WHEN CAST('True' AS BOOLEAN) AND age_days <= CAST('90' AS BIGINT)
    THEN CAST('90' AS BIGINT) - age_days
  END AS days_left,
  owner,
  store
FROM stopped
LEFT JOIN (
  SELECT
    member_id,
    owner,
    store
  FROM members
) AS known
  USING (member_id)
