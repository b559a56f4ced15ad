-- Rows that say that something was given back and not how much.
--
-- reads   claimed_refunds (row): the rows of one sheet that say so; settled_orders

-- name: counted
-- A list of returns, or another row of the order, may say it.
select count(*)
from settled_orders
where source = $source
  and row in (select row from claimed_refunds)
  and verdict is null
  and paid > 0
  and refunded = 0
  and coalesce(order_id, '') not in (
      select coalesce(purchase_id, original_order_id, order_id)
      from settled_orders
      where refunded > 0 and coalesce(purchase_id, original_order_id, order_id) is not null
  );
