-- Rejects, cell by cell, and the facts that warnings rest on.

-- name: rejects
create or replace temp table rejects (
    file varchar, sheet varchar, "row" bigint, "column" varchar, value varchar, reason varchar, effect varchar
);

-- name: cells
-- One row per fault of a cell; a skipped row's cells are nobody's concern.
create or replace temp table faulty_cells as
select
    row,
    split_part(fault, ':', 1) as key,
    split_part(fault, ':', 2) as reason,
    case when verdict = 'reject:' || split_part(fault, ':', 2) then 'row' else 'cell' end as effect
from (select row, verdict, unnest(string_split(faults, ';')) as fault from faulty where faults is not null) as faults
where verdict is null or verdict like 'reject:%' or verdict = 'skip:after_as_of';

-- name: whole_rows
-- Rejected rows without a faulty cell: a missing or contradictory one is named.
insert into rejects
select $file, $sheet, row, $header, null, $reason, 'row'
from faulty
where verdict = 'reject:' || $reason
  and row not in (select row from faulty_cells where effect = 'row');

-- name: cell_rejects
insert into rejects
select
    $file,
    $sheet,
    row,
    $header,
    case
        when $is_personal and length(value) > 6 then left(value, 3) || '****' || right(value, 2)
        when $is_personal then '****'
        else value
    end,
    reason,
    effect
from faulty_cells
left join cell_values using (row)
where key = $key;

-- name: reasons
select reason, effect, count(distinct (file, sheet, "row")) as rows
from rejects
group by reason, effect
order by effect desc, rows desc, reason;

-- name: newest
select max(ordered_on) as newest_on from order_lines where ordered_on <= getvariable('as_of');

-- name: small_orders
-- A share needs no more than a sample of members: $one_in says how many stand for one.
select count(*) as orders, count(case when paid > 0 and paid < 10 then 1 end) as small
from (
    select sum(paid_amount) as paid
    from order_lines
    where ordered_on <= getvariable('as_of') and (hash(member_id) % $one_in) = 0
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

-- name: has_total_row
select 1 from orders_exceptions where source = $source and verdict = 'skip:total_row' limit 1;

-- name: stated_totals
select
    sum(case when verdict = 'skip:total_row' then paid end) as stated,
    sum(case when verdict = 'skip:total_row' or verdict in ('skip:order_total_repeated', 'skip:item_detail') then null else paid end) as found
from settled_orders
where source = $source;

-- name: shared_phones
select count(*) from phone_keys where is_shared;
