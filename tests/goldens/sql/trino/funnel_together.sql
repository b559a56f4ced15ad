/* funnel_together: one row per way and step it took, whichever steps came first: steps in any order. */
/* reads   funnel_entries, funnel_happenings, funnel_wanted */
/* funnel_wanted says how often a kind is asked for: two steps of a kind need two dates. place counts the steps taken. */
WITH ahead AS (
  SELECT
    member_id,
    entry_on,
    kind,
    happened_on,
    ROW_NUMBER() OVER (PARTITION BY member_id, entry_on, kind ORDER BY happened_on) AS nth
  FROM funnel_entries
  JOIN funnel_happenings
    USING (member_id)
  WHERE
    happened_on >= entry_on
), taken AS (
  SELECT
    member_id,
    entry_on,
    happened_on,
    ROW_NUMBER() OVER (PARTITION BY member_id, entry_on ORDER BY happened_on, kind) AS place,
    LAG(happened_on) OVER (PARTITION BY member_id, entry_on ORDER BY happened_on, kind) AS previous_on
  FROM ahead
  JOIN funnel_wanted
    USING (kind)
  WHERE
    nth <= times
)
SELECT
  member_id,
  entry_on,
  place,
  previous_on,
  happened_on AS reached_on
FROM taken
