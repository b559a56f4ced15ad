/* point_breaks: one row per member whose told balances part from the computed ones: the first row where they do, and why. */
/* reads   point_told, point_balances, sheets_read */
/* Frozen points are known of: a row that differs by just these is named only where no other does. Platforms that let no */
/* balance go below 0 forget what is owed. A break at a row that */
/* tells of expiry, or where lots lapsed since the row before and its balance did not follow, is one of rules; where a */
/* balance does not begin with the one before, rows are missing between the two. */
WITH parted AS (
  SELECT
    member_id,
    log_id,
    changed_on,
    moment,
    sheet_number,
    sheet_row,
    balance_after AS told,
    computed,
    CAST(balance_after - computed AS DECIMAL(18, 2)) AS difference,
    CASE
      WHEN frozen_so_far <> 0 AND balance_after - computed = frozen_so_far
      THEN 'frozen'
      WHEN computed < 0 AND balance_after = 0
      THEN 'debt'
      WHEN kind = 'expire' AND opening > 0 AND balance_after < computed
      THEN 'opening'
      WHEN kind = 'expire'
      THEN 'expiry_rule'
      WHEN previous_after IS NULL
      THEN 'opening'
      WHEN lapsed_so_far > previous_lapsed AND balance_before <= previous_after
      THEN 'expiry_rule'
      WHEN balance_before <> previous_after
      THEN 'missing_rows'
      ELSE 'unknown'
    END AS cause
  FROM point_told
  JOIN point_balances
    USING (member_id)
  WHERE
    agreeing = 0
), placed AS (
  SELECT
    member_id,
    log_id,
    changed_on,
    sheet_number,
    sheet_row,
    told,
    computed,
    difference,
    cause,
    ROW_NUMBER() OVER (
      PARTITION BY member_id
      ORDER BY CASE WHEN cause = 'frozen' THEN 1 ELSE 0 END NULLS LAST, moment NULLS LAST, log_id NULLS LAST, sheet_number NULLS LAST, sheet_row NULLS LAST
    ) AS place
  FROM parted
)
SELECT
  member_id,
  log_id,
  changed_on,
  file,
  sheet,
  sheet_row AS `row`,
  told,
  computed,
  difference,
  cause
FROM placed
LEFT JOIN sheets_read
  USING (sheet_number)
WHERE
  place = 1
