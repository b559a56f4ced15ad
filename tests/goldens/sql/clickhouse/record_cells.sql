/* record_cells: one row per record that inviters have: all that the models of suspicion need to know of them. */
/* reads   inviter_records */
SELECT
  joined,
  ordered,
  mature_joined,
  mature_ordered,
  is_quick,
  COUNT(*) AS inviters
FROM inviter_records
GROUP BY
  joined,
  ordered,
  mature_joined,
  mature_ordered,
  is_quick
