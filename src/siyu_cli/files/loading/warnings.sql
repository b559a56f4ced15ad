-- The facts that warnings rest on.

-- name: used_lines
select max(newest_on) as newest_on, sum(rows) as used_lines, sum(free_lines) as free_lines, sum(small_lines) as small_lines
from orders_verdicts
where verdict is null;

-- name: newest_order
-- Also of what is left out as later than the date that is looked at: then that day is over.
select max(newest_at) as newest_at from orders_verdicts where verdict is null or verdict = 'skip:after_as_of';

-- name: small_orders
-- A share needs no more than a sample of members: $one_in says how many stand for one.
select count(*) as orders, count(case when paid > 0 and paid < 10 then 1 end) as small
from (
    select sum(paid_amount) as paid
    from order_lines
    where ordered_on <= getvariable('as_of') and hash(member_id) % cast($one_in as ubigint) = 0
    group by member_id, order_id
) as sampled;

-- name: free_orders
select count(*) as free
from (
    select sum(paid_amount) as paid
    from order_lines
    where ordered_on <= getvariable('as_of')
      and (member_id, order_id) in (select member_id, order_id from order_lines where paid_amount = 0)
    group by member_id, order_id
    having sum(paid_amount) = 0
) as free_orders;

-- name: given_back_more
-- Orders of which more was given back than had been paid.
select count(*) as orders, sum(refunded - paid) as too_much
from (
    select sum(paid_amount) as paid, sum(refunded_amount) as refunded
    from order_lines
    where ordered_on <= getvariable('as_of')
      and (member_id, order_id) in (select member_id, order_id from order_lines where refunded_amount > 0)
    group by member_id, order_id
    having sum(paid_amount) > 0 and sum(refunded_amount) > sum(paid_amount)
) as overdrawn;

-- name: has_total_row
select 1 from orders_verdicts where source = $source and verdict = 'skip:total_row' limit 1;

-- name: stated_totals
-- An export may have a total per page and one of all: the last of them, or all together.
select
    max_by(case when verdict = 'skip:total_row' then amount end, case when verdict = 'skip:total_row' and amount is not null then row end) as stated,
    sum(case when verdict = 'skip:total_row' then amount end) as stated_in_parts,
    sum(case
        when verdict in ('skip:total_row', 'skip:order_total_repeated', 'skip:item_detail') then null
        else amount
    end) as found,
    sum(case when verdict is null then paid - case when row_kind = 'return' then refunded else 0 end end) as net
from settled_orders
where source = $source;

-- name: shared_phones
select count(*) from phone_keys where is_shared;

-- name: latest_total
select max(total_last_order_on) from members;

-- name: unknown_words
select word from status_words where source = $source and status is null order by word limit 20;

-- name: faulty_headers
select "column" from rejects
where file = $file and sheet is not distinct from $sheet and reason = $reason and effect = 'row' and "column" is not null
group by "column" order by count(*) desc, "column" limit 1;

-- name: known_orders
select count(distinct order_id) from raw_orders where list_contains($numbers, order_id);

-- name: shared_with_orders
select 1 from order_lines where member_id in (select member_id from members) limit 1;

-- name: shared_with_referrals
select 1 from referrals
where inviter_id in (select member_id from members) or invitee_id in (select member_id from members)
limit 1;

-- name: shared_with_events
select 1 from events where member_id in (select member_id from members) limit 1;

-- name: rival_sums
-- Of the rows that count, what the chosen column and its rival add up to.
select sum(settled.paid), sum(rival.paid_amount)
from settled_orders as settled
join rival using (row)
where settled.source = $source and verdict is null;

-- name: times_quantity
select sum(paid), sum(cast(paid * coalesce(quantity, 1) as decimal(18, 2)))
from settled_orders
where source = $source and verdict is null;

-- name: orders_by_time
-- Rows that count and have no order number, and the orders they are put together to.
select count(*) as rows, count(distinct (member_key, moment)) as orders
from settled_orders
where source = $source and verdict is null and order_id is null and row_kind is distinct from 'return';
