/* point_told: one row per movement with the balance the platform told after it, beside the computed one. */
/* reads   point_movements, point_lots */
/* takes   $as_of */
/* Running by the clock; what lapsed goes between its last day (or the day it came in, if later) and the next. Rows of one */
/* moment may have happened in any order: each agrees whose balance is that at the end, or the one another began with. */
WITH spoken AS (
  SELECT
    member_id,
    moment,
    CASE
      WHEN kind IN ('expire', 'freeze')
      THEN CAST(0 AS DECIMAL(18, 2))
      ELSE change
    END AS move,
    CAST(0 AS DECIMAL(18, 2)) AS lapse,
    CASE WHEN kind = 'freeze' THEN change ELSE CAST(0 AS DECIMAL(18, 2)) END AS freezing
  FROM point_movements
  UNION ALL
  SELECT
    member_id,
    86400 * (
      DATE_DIFF(
        'DAY',
        DATE_TRUNC('DAY', CAST('1970-01-01' AS DATE)),
        DATE_TRUNC('DAY', CASE WHEN expires_on < earned_on THEN earned_on ELSE expires_on END)
      ) + 1
    ) - 1 AS moment,
    CAST(0 AS DECIMAL(18, 2)) AS move,
    lapsed AS lapse,
    CAST(0 AS DECIMAL(18, 2)) AS freezing
  FROM point_lots
  WHERE
    lapsed > 0
    AND DATE_DIFF(
      'DAY',
      DATE_TRUNC('DAY', CASE WHEN expires_on < earned_on THEN earned_on ELSE expires_on END),
      DATE_TRUNC('DAY', CAST('2026-06-30' AS DATE))
    ) > 0
), moments AS (
  SELECT
    member_id,
    moment,
    CAST(SUM(move - lapse) AS DECIMAL(18, 2)) AS moved,
    CAST(SUM(lapse) AS DECIMAL(18, 2)) AS lapsed,
    CAST(SUM(freezing) AS DECIMAL(18, 2)) AS frozen
  FROM spoken
  GROUP BY
    member_id,
    moment
), running AS (
  SELECT
    member_id,
    moment,
    CAST(SUM(moved) OVER so_far AS DECIMAL(18, 2)) AS computed,
    CAST(SUM(lapsed) OVER so_far AS DECIMAL(18, 2)) AS lapsed_so_far,
    CAST(SUM(frozen) OVER so_far AS DECIMAL(18, 2)) AS frozen_so_far
  FROM moments
  WINDOW so_far AS (
    PARTITION BY member_id
    ORDER BY moment
    rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
  )
), told AS (
  SELECT
    member_id,
    moment,
    changed_on,
    log_id,
    kind,
    sheet_number,
    sheet_row,
    balance_after,
    CAST(balance_after - change AS DECIMAL(18, 2)) AS balance_before
  FROM point_movements
  WHERE
    NOT balance_after IS NULL
), befores AS (
  SELECT
    member_id,
    moment,
    balance_before AS balance_after,
    COUNT(*) AS rows_after
  FROM told
  GROUP BY
    member_id,
    moment,
    balance_before
), ordered AS (
  SELECT
    member_id,
    moment,
    changed_on,
    log_id,
    kind,
    sheet_number,
    sheet_row,
    balance_after,
    balance_before,
    computed,
    lapsed_so_far,
    frozen_so_far,
    CASE WHEN balance_after = computed OR NOT rows_after IS NULL THEN 1 ELSE 0 END AS agreeing
  FROM told
  JOIN running
    USING (member_id, moment)
  LEFT JOIN befores
    USING (member_id, moment, balance_after)
)
SELECT
  member_id,
  moment,
  changed_on,
  log_id,
  kind,
  sheet_number,
  sheet_row,
  balance_after,
  balance_before,
  computed,
  lapsed_so_far,
  frozen_so_far,
  agreeing,
  LAG(balance_after) OVER (PARTITION BY member_id ORDER BY moment, sheet_number, sheet_row) AS previous_after,
  LAG(lapsed_so_far) OVER (PARTITION BY member_id ORDER BY moment, sheet_number, sheet_row) AS previous_lapsed
FROM ordered
