/* newest_order: one row: the last day on which anybody bought, up to as_of. */
/* reads   purchases */
SELECT
  MAX(ordered_on) AS newest_on
FROM purchases
WHERE
  order_count > 0
