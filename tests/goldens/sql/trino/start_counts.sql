/* start_counts: one row per part and fate of members, how many they are. */
/* reads   starts */
SELECT
  part,
  fate,
  COUNT(*) AS members
FROM starts
GROUP BY
  part,
  fate
