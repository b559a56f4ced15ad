/* funnel_happenings: one row per member, kind and date on which something of that kind happened to them. */
/* reads   features, purchases, events, funnel_kinds */
/* takes   $as_of      the date the shop is looked at; nothing after it exists */
/* registered is the day they joined, order a day they bought on; other kinds are those of events. */
WITH dated AS (
  SELECT
    member_id,
    'order' AS kind,
    ordered_on AS happened_on
  FROM purchases
  WHERE
    order_count > 0
  UNION ALL
  SELECT
    member_id,
    'registered' AS kind,
    joined_on AS happened_on
  FROM features
  WHERE
    NOT joined_on IS NULL
  UNION ALL
  SELECT
    member_id,
    kind,
    happened_on
  FROM events
  WHERE
    happened_on <= CAST('2026-06-30' AS DATE)
  GROUP BY
    member_id,
    kind,
    happened_on
)
SELECT
  member_id,
  kind,
  happened_on
FROM dated
JOIN funnel_kinds
  USING (kind)
