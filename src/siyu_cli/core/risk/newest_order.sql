-- newest_order: one row: the last day on which anybody bought, up to as_of.
--
-- reads   purchases

select max(ordered_on) as newest_on
from purchases
where order_count > 0
