/* point_accounts: one row per member with points, now or in the members' export: the computed balance beside the told one. */
/* reads   point_balances, point_breaks, members */
/* A member without a told balance is held against nothing. Why the two differ is what the member's first break says, if */
/* they have one; else what the difference is equal to. */
WITH known AS (
  SELECT
    member_id,
    CAST(FLOOR(100 * points + 0.5) / 100 AS Nullable(Decimal(18, 2))) AS told
  FROM members
  WHERE
    NOT (
      points IS NULL
    )
), ledger AS (
  SELECT
    member_id,
    balance,
    debt,
    lapsed,
    told_lapsed,
    frozen,
    opening,
    cause AS broken_by
  FROM point_balances
  LEFT JOIN point_breaks
    USING (member_id)
), compared AS (
  SELECT
    member_id,
    told,
    COALESCE(balance, 0) AS balance,
    COALESCE(debt, 0) AS debt,
    CASE WHEN balance IS NULL THEN 0 ELSE 1 END AS logged,
    lapsed,
    told_lapsed,
    frozen,
    opening,
    broken_by,
    CAST(told - COALESCE(balance, 0) AS Nullable(Decimal(18, 2))) AS difference
  FROM known
  FULL JOIN ledger
    USING (member_id)
)
SELECT
  member_id,
  told,
  balance,
  debt,
  difference,
  CASE
    WHEN difference IS NULL OR difference = 0
    THEN NULL
    WHEN NOT (
      broken_by IS NULL
    )
    THEN broken_by
    WHEN debt > 0 AND difference = debt
    THEN 'debt'
    WHEN logged = 0
    THEN 'missing_rows'
    WHEN frozen <> 0 AND difference = -frozen
    THEN 'frozen'
    WHEN lapsed <> told_lapsed AND difference = lapsed - told_lapsed
    THEN 'expiry_rule'
    WHEN opening > 0 AND difference < 0
    THEN 'opening'
    ELSE 'unknown'
  END AS cause
FROM compared
