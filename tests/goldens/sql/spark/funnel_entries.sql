/* funnel_entries: one row per member and date on which they took the first step; without a date for who never did. */
/* reads   features, funnel_happenings */
/* takes   $kind           of the first step */
/*         $order          unordered: any step is a first one */
/*         $entry          first: only the first date of a member counts; any: each does */
/*         $from_on, $to_on   the dates that count */
/*         $asks_orders    whether an order is among the steps */
/* fate says why a member has no date: earlier_orders (an export proves orders the log does not hold, so that nobody */
/* knows which is their first), never_entered (never, or not on dates that count). part is what members are told apart */
/* by, nothing unless that is asked. */
WITH known AS (
  SELECT
    member_id,
    '' AS part,
    CASE
      WHEN CAST('True' AS BOOLEAN) AND (
        history = 'totals' OR history = 'partial'
      )
      THEN TRUE
      ELSE FALSE
    END AS is_unknown
  FROM features
), taken AS (
  SELECT
    member_id,
    happened_on
  FROM funnel_happenings
  WHERE
    kind = CAST('order' AS STRING) OR CAST('ordered' AS STRING) = 'unordered'
), dates AS (
  SELECT
    member_id,
    MIN(happened_on) AS entry_on
  FROM taken
  WHERE
    CAST('first' AS STRING) = 'first'
  GROUP BY
    member_id
  UNION ALL
  SELECT
    member_id,
    happened_on AS entry_on
  FROM taken
  WHERE
    CAST('first' AS STRING) = 'any'
  GROUP BY
    member_id,
    happened_on
), counted AS (
  SELECT
    member_id,
    entry_on
  FROM dates
  WHERE
    entry_on BETWEEN CAST('2026-04-02' AS DATE) AND CAST('2026-06-30' AS DATE)
)
SELECT
  member_id,
  part,
  CASE
    WHEN is_unknown
    THEN 'earlier_orders'
    WHEN entry_on IS NULL
    THEN 'never_entered'
    ELSE 'counted'
  END AS fate,
  CASE WHEN is_unknown THEN NULL ELSE entry_on END AS entry_on
FROM known
LEFT JOIN counted
  USING (member_id)
