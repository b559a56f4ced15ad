-- Rows whose status says refund and that stand beside the order they give back: a bill lists payments and refunds.
--
-- reads   stated_rows (row, order_id, item_id, product, who, amount, refund, is_refund): the rows of one sheet
-- writes  refund_rows (row)

-- name: refund_rows
-- The order's row is there as well, with another status, and the row repeats its amount or has none of its own: where
-- that is so of one, all such rows of the sheet are refunds. A line of an order of several lines is none of these.
create or replace temp table refund_rows as
with beside as (
    select 1
    from stated_rows as back
    join stated_rows as paid
        on paid.order_id = back.order_id
        and paid.who is not distinct from back.who
        and paid.item_id is not distinct from back.item_id
        and paid.product is not distinct from back.product
        and (coalesce(back.amount, 0) <= 0 or abs(back.amount) = paid.amount)
    where back.is_refund and not paid.is_refund and paid.amount > 0
    limit 1
)

select row from stated_rows where is_refund and exists (select 1 from beside);
