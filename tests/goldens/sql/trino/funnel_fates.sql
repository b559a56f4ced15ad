/* funnel_fates: one row per part and fate of members who are not followed, how many they are. */
/* reads   funnel_entries */
SELECT
  part,
  fate,
  COUNT(*) AS members
FROM funnel_entries
WHERE
  entry_on IS NULL
GROUP BY
  part,
  fate
