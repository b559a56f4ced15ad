-- Payments: the money of orders in another sheet, under numbers of its own.
--
-- reads   judged_orders, contested; settled_orders
-- writes  payment_rows (source, row, other, paid); contested

-- name: payments
-- Most sales of a sheet name an order of another sheet, and of these orders nearly all were paid as much as the rows
-- that name them come to: but for a fee.
create or replace temp table payment_rows as
with live as (
    select judged.source, judged.row, order_id, original_order_id, paid
    from judged_orders as judged
    left join contested using (source, row)
    where coalesce(row_kind, 'sale') = 'sale' and (verdict is null or verdict = 'skip:after_as_of')
      and contested_verdict is null
),

named as (
    select source, original_order_id as order_id, sum(paid) as paid, count(*) as lines
    from live
    where original_order_id is not null and original_order_id is distinct from order_id and list_contains($naming, source)
    group by source, original_order_id
),

owed as (
    select source, order_id, sum(paid) as paid
    from live
    where order_id in (select order_id from named)
    group by source, order_id
),

pairs as (
    select
        named.source, owed.source as other, named.order_id, named.lines,
        abs(named.paid - owed.paid) <= 0.05 * abs(owed.paid) as is_paid
    from named
    join owed on owed.order_id = named.order_id and owed.source <> named.source
),

ledgers as (
    select source, other
    from pairs
    group by source, other
    having count(*) > 1 and count(case when is_paid then 1 end) >= 0.9 * count(*)
       and 2 * sum(lines) >= (select count(*) from live where live.source = pairs.source)
)

select live.source, live.row, min(pairs.other) as other, any_value(live.paid) as paid
from live
join pairs on pairs.source = live.source and pairs.order_id = live.original_order_id
join ledgers on ledgers.source = pairs.source and ledgers.other = pairs.other
group by live.source, live.row;

-- name: counted
select source, other, count(*), sum(paid) from payment_rows group by source, other order by source, other;

-- name: contested
delete from contested where (source, row) in (select source, row from payment_rows);
insert into contested select source, row, 'skip:item_detail', true from payment_rows;

-- name: other_buyers
-- ``ledgers``: the sheets that look like lists of payments. -- Of the orders of the sheet with fewer of them, at least half.
with bought as (
    select source, order_id, min(member_key) as member_key, sum(paid) as paid
    from settled_orders
    where verdict is null and coalesce(row_kind, 'sale') = 'sale' and order_id is not null
    group by source, order_id
    having min(member_key) = max(member_key) and sum(paid) > 0
),

counted as (
    select source, count(*) as orders from bought group by source
)

select one.source, other.source, count(*), min(least(counted.orders, of_other.orders))
from bought as one
join bought as other
    on other.order_id = one.order_id and other.paid = one.paid and other.source <> one.source
    and other.member_key <> one.member_key
join counted on counted.source = one.source
join counted as of_other on of_other.source = other.source
where list_contains($ledgers, one.source)
group by one.source, other.source
having count(*) > 2 and 2 * count(*) >= min(least(counted.orders, of_other.orders))
order by 1, 2;

-- name: other_numbers
with bought as (
    select source, order_id, min(member_key) as member_key, min(ordered_on) as ordered_on, sum(paid) as paid
    from settled_orders
    where verdict is null and coalesce(row_kind, 'sale') = 'sale' and order_id is not null
    group by source, order_id
    having min(member_key) = max(member_key) and sum(paid) > 0
),

numbered as (
    select *, row_number() over (partition by source, member_key, ordered_on, paid order by order_id) as copy
    from bought
),

counted as (
    select source, count(*) as orders from bought group by source
)

select one.source, other.source, count(*), min(counted.orders)
from numbered as one
join numbered as other
    on other.member_key = one.member_key and other.ordered_on = one.ordered_on and other.paid = one.paid
    and other.copy = one.copy and other.source <> one.source and other.order_id <> one.order_id
join counted on counted.source = one.source
where list_contains($ledgers, one.source)
group by one.source, other.source
having count(*) > 2 and count(*) >= 0.9 * min(counted.orders)
order by 1, 2;
