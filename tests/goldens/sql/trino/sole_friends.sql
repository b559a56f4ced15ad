/* sole_friends: one row per employee: members who are nobody else's friend, and their net sales in 365 days. */
/* reads   friends, features */
/* Who brought nothing, or less than was given back, counts as nothing. */
WITH known AS (
  SELECT
    member_id,
    MIN(owner) AS only_owner,
    COUNT(*) AS employees
  FROM friends
  GROUP BY
    member_id
)
SELECT
  only_owner AS owner,
  COUNT(*) AS members,
  CAST(SUM(CASE WHEN net_sales_365d > 0 THEN net_sales_365d ELSE 0 END) AS DECIMAL(18, 2)) AS net_sales
FROM known
JOIN features
  USING (member_id)
WHERE
  employees = 1
GROUP BY
  only_owner
