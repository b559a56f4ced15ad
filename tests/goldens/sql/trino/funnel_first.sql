/* funnel_first: one row per way that began: its first step. */
/* reads   funnel_entries */
SELECT
  member_id,
  entry_on,
  CAST(NULL AS DATE) AS previous_on,
  entry_on AS reached_on
FROM funnel_entries
WHERE
  NOT entry_on IS NULL
