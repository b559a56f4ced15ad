-- What was given back of an order, written on each of its rows: one of them carries it.
--
-- reads   order_refunds (row, order_id, who, paid, refund): the rows of one sheet
-- writes  repeated_refunds (source, row)

-- name: repeated
-- The same refund on all rows of an order is the order's, unless each row was given back all that it paid: then it is
-- the rows' own. The dearest row carries it.
insert into repeated_refunds
select $source, row
from (
    select
        row,
        row_number() over (partition by order_id order by paid desc nulls last, row) as place,
        count(*) over every_row as rows,
        count(case when refund > 0 then 1 end) over every_row as refunded,
        count(case when refund is distinct from paid then 1 end) over every_row as differing,
        min(refund) over every_row = max(refund) over every_row as is_one_refund,
        min(who) over every_row is not distinct from max(who) over every_row as is_one_buyer
    from order_refunds
    where order_id is not null
    window every_row as (partition by order_id)
) as orders
where place > 1 and rows = refunded and differing > 0 and is_one_refund and is_one_buyer;

-- name: counted
select count(*) from repeated_refunds where source = $source;
