/* one_member: the rows of one member in a table that explain.py puts in for features. */
/* reads   features */
/* takes   $member_id */
SELECT
  *
FROM features
WHERE
  member_id = CAST('m1' AS VARCHAR)
