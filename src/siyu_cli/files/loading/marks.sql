-- Rows that a column of marks says are returns: rows that take a sale back, or orders that came back themselves.
--
-- reads   marked_rows (row, who, order_id, original_order_id, moment, amount, is_marked): the rows of one sheet that count
-- writes  taken_back (row)

-- name: taken_back
-- A row takes a sale back where its amount is below zero, where it names the sale, and where the buyer had bought before
-- what it gives back: for the same amount, or, where the header is one of documents, for no less. Else the order itself
-- came back.
create or replace temp table taken_back as
select row
from marked_rows as marked
where is_marked and (
    amount < 0
    or original_order_id is not null
    or exists (
        select 1
        from marked_rows as sale
        where not sale.is_marked
          and sale.amount > 0
          and sale.who = marked.who
          and coalesce(sale.moment, marked.moment) <= coalesce(marked.moment, sale.moment)
          and (
              sale.amount = marked.amount
              or (sale.order_id = marked.order_id and sale.moment < marked.moment)
              or ($is_document and sale.amount > marked.amount)
          )
    )
);

-- name: parts
-- Sales that name another order are parts of it where they add up to what it paid.
create or replace temp table parts as
with named as (
    select original_order_id as order_id, sum(amount) as amount
    from marked_rows
    where original_order_id is not null and original_order_id <> order_id and amount > 0
    group by original_order_id
)

select part.row
from marked_rows as part
join named on named.order_id = part.original_order_id
join marked_rows as whole
    on whole.order_id = named.order_id and whole.amount = named.amount and whole.original_order_id is null
where part.amount > 0;

-- name: counted
select count(case when is_marked then 1 end) as marked, (select count(*) from taken_back) as taken_back from marked_rows;
