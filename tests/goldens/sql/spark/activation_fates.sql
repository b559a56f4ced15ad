/* activation_fates: one row per fate of members, how many they are. */
/* reads   activations */
SELECT
  fate,
  COUNT(*) AS members
FROM activations
GROUP BY
  fate
