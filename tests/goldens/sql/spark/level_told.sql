/* level_told: one row per member: what the exports say of their level, and whether a rule decides it. */
/* reads   features, members, level_log, points_log */
/* takes   $as_of */
/* The last entry of the log of levels says whether a hand or a payment gave the level, until its last day. */
WITH placed AS (
  SELECT
    member_id,
    kind,
    level_to,
    valid_until,
    ROW_NUMBER() OVER (
      PARTITION BY member_id
      ORDER BY changed_on DESC, second_of_day DESC, sheet_number DESC, sheet_row DESC
    ) AS place
  FROM level_log
  WHERE
    changed_on <= CAST('2026-06-30' AS DATE)
), latest AS (
  SELECT
    member_id,
    level_to,
    CASE
      WHEN valid_until IS NULL OR valid_until >= CAST('2026-06-30' AS DATE)
      THEN kind
    END AS kind
  FROM placed
  WHERE
    place = 1
), known AS (
  SELECT
    member_id,
    level,
    growth,
    level_valid_until,
    LOWER(REPLACE(paid_level, ' ', '')) AS paid_word
  FROM members
), everybody AS (
  SELECT
    member_id
  FROM (
    SELECT
      member_id
    FROM features
    UNION ALL
    SELECT
      member_id
    FROM points_log
    WHERE
      changed_on <= CAST('2026-06-30' AS DATE)
  ) AS ids
  GROUP BY
    member_id
)
SELECT
  member_id,
  joined_on,
  CASE WHEN is_registered THEN TRUE ELSE FALSE END AS is_registered,
  history,
  COALESCE(level, level_to) AS told_level,
  growth,
  level_valid_until,
  CASE
    WHEN NOT paid_word IN (
      '',
      '否',
      '无',
      '普通',
      '免费',
      '未开通',
      'no',
      'none',
      'n',
      'false',
      'free',
      '0',
      '-',
      '—'
    )
    THEN 'paid'
    WHEN kind = 'paid'
    THEN 'paid'
    WHEN kind = 'manual'
    THEN 'manual'
  END AS given_by,
  COALESCE(net_sales_365d, 0) AS net_sales_365d
FROM everybody
LEFT JOIN features
  USING (member_id)
LEFT JOIN known
  USING (member_id)
LEFT JOIN latest
  USING (member_id)
