/* point_totals: one row: what all members have and owe, what lapsed and what soon will. */
/* reads   point_balances */
WITH summed AS (
  SELECT
    COALESCE(CAST(SUM(balance) AS DECIMAL(18, 2)), 0) AS balance_in_all,
    COALESCE(CAST(SUM(debt) AS DECIMAL(18, 2)), 0) AS debt_in_all,
    COUNT(CASE WHEN balance > 0 THEN 1 END) AS members,
    COALESCE(CAST(SUM(lapsed) AS DECIMAL(18, 2)), 0) AS lapsed_in_all,
    COALESCE(CAST(SUM(told_lapsed) AS DECIMAL(18, 2)), 0) AS told_lapsed_in_all,
    COALESCE(CAST(SUM(expiring) AS DECIMAL(18, 2)), 0) AS expiring_in_all,
    COUNT(CASE WHEN expiring > 0 THEN 1 END) AS expiring_members,
    COALESCE(CAST(SUM(opening) AS DECIMAL(18, 2)), 0) AS opening_in_all,
    COUNT(CASE WHEN opening > 0 THEN 1 END) AS opening_members,
    COALESCE(CAST(SUM(frozen) AS DECIMAL(18, 2)), 0) AS frozen_in_all,
    COALESCE(CAST(SUM(never) AS DECIMAL(18, 2)), 0) AS never_in_all
  FROM point_balances
)
SELECT
  balance_in_all AS balance,
  debt_in_all AS debt,
  members,
  lapsed_in_all AS lapsed,
  told_lapsed_in_all AS told_lapsed,
  expiring_in_all AS expiring,
  expiring_members,
  opening_in_all AS opening,
  opening_members,
  frozen_in_all AS frozen,
  never_in_all AS never
FROM summed
