/* point_movements: one row per movement of a member's points, and one for what a member had before the log begins. */
/* reads   points_log */
/* takes   $as_of      nothing after it exists */
/* moment orders them by the clock (seconds since 1970), day_place within a day as a ledger does: what is taken back, */
/* what comes in, what is spent, adjustments; numbers of movements count up with their digits (log_digits). A first row that does not begin at 0 tells of an opening balance; of several */
/* at one moment the first is the one whose balance before is no other's balance after. */
WITH existing AS (
  SELECT
    member_id,
    log_id,
    changed_on,
    86400 * DATE_DIFF(DAY, CAST('1970-01-01' AS Nullable(DATE)), changed_on) + second_of_day AS moment,
    CASE
      WHEN kind = 'clawback'
      THEN 1
      WHEN kind IN ('earn', 'return')
      THEN 2
      WHEN kind = 'burn'
      THEN 3
      WHEN kind = 'adjust'
      THEN 4
      ELSE 5
    END AS day_place,
    kind,
    change,
    balance_after,
    expires_on,
    order_id,
    sheet_number,
    sheet_row
  FROM points_log
  WHERE
    changed_on <= CAST('2026-06-30' AS Nullable(DATE))
), firsts AS (
  SELECT
    member_id,
    changed_on,
    moment,
    change,
    balance_after,
    MIN(moment) OVER (PARTITION BY member_id) AS first_moment
  FROM existing
), followed AS (
  SELECT
    member_id,
    balance_after AS balance,
    COUNT(*) AS rows_before
  FROM firsts
  WHERE
    moment = first_moment AND NOT (
      balance_after IS NULL
    )
  GROUP BY
    member_id,
    balance_after
), befores AS (
  SELECT
    member_id,
    changed_on,
    moment,
    CAST(balance_after - change AS Nullable(Decimal(18, 2))) AS balance
  FROM firsts
  WHERE
    moment = first_moment AND NOT (
      balance_after IS NULL
    )
), beginnings AS (
  SELECT
    member_id,
    MIN(changed_on) AS opened_on,
    MIN(moment) AS first_moment,
    COUNT(*) AS candidates,
    MIN(balance) AS opening
  FROM befores
  LEFT JOIN followed
    USING (member_id, balance)
  WHERE
    rows_before IS NULL
  GROUP BY
    member_id
), movements_of_all AS (
  SELECT
    member_id,
    log_id,
    changed_on,
    moment,
    day_place,
    kind,
    change,
    balance_after,
    expires_on,
    order_id,
    sheet_number,
    sheet_row
  FROM existing
  UNION ALL
  SELECT
    member_id,
    NULL AS log_id,
    opened_on AS changed_on,
    first_moment - 1 AS moment,
    0 AS day_place,
    'opening' AS kind,
    opening AS change,
    NULL AS balance_after,
    NULL AS expires_on,
    NULL AS order_id,
    NULL AS sheet_number,
    NULL AS sheet_row
  FROM beginnings
  WHERE
    candidates = 1 AND opening > 0
)
SELECT
  member_id,
  log_id,
  CAST(CHAR_LENGTH(log_id) AS Nullable(Int64)) AS log_digits,
  changed_on,
  moment,
  day_place,
  kind,
  change,
  balance_after,
  expires_on,
  order_id,
  sheet_number,
  sheet_row
FROM movements_of_all
