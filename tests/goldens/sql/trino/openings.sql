/* openings: one row, the first days of the shop: of an order, of any movement of money, of a joining. */
/* reads   features, purchases */
WITH members_first AS (
  SELECT
    MIN(first_order_on) AS log_began_on,
    MIN(joined_on) AS first_joined_on
  FROM features
), money_first AS (
  SELECT
    MIN(ordered_on) AS first_moved_on
  FROM purchases
)
SELECT
  log_began_on,
  first_joined_on,
  first_moved_on
FROM members_first
CROSS JOIN money_first
