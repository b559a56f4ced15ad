-- Rejects, cell by cell.

-- name: rejects
create or replace temp table rejects (
    file varchar, sheet varchar, "row" bigint, "column" varchar, value varchar, shown varchar, reason varchar, effect varchar
);

-- name: cells
-- One row per fault of a cell; a skipped row's cells are nobody's concern.
create or replace temp table faulty_cells as
select
    row,
    fault.key as key,
    fault.reason as reason,
    case
        when verdict = 'reject:' || fault.reason and fault.key in (
            'row', 'member_id', 'phone', 'account', 'receiver_phone', 'paid_at', 'ordered_at', 'refunded_at', 'paid_amount', 'refunded_amount',
            'unit_price', 'quantity',
            'inviter_id', 'invitee_id', 'inviter_phone', 'invitee_phone', 'spent_on', 'happened_at', 'amount',
            'advertising_cost', 'promotion_cost', 'staff_cost', 'reward_cost', 'contact_cost', 'changed_at', 'change', 'changed_on', 'level_to'
        ) then 'row'
        else 'cell'
    end as effect
from (select row, verdict, unnest(faults) as fault from faulty) as each_fault
where verdict is null or verdict like 'reject:%' or verdict = 'skip:after_as_of';

-- name: whole_rows
-- Rejected rows without a faulty cell: the column of the missing or contradictory one is named.
insert into faulty_cells
select row, $key, $reason, 'row'
from faulty
where verdict = 'reject:' || $reason
  and row not in (select row from faulty_cells where effect = 'row');

-- name: unlike_values
-- What was written there and is more than a figure: a value of a shifted row is somebody's. Whether it is a name is known
-- of those in the files.
select distinct value, value in (select name from known_names) as is_name
from faulty_cells
join cell_values using (row)
where key = $key and value is not null and not regexp_full_match(value, $figures);

-- name: cell_rejects
insert into rejects
select $file, $sheet, row, $header, value, coalesce(shown_values.shown, value), reason, effect
from faulty_cells
left join cell_values using (row)
left join shown_values using (value)
where key = $key;

-- name: reasons
select reason, effect, count(distinct (file, sheet, "row")) as rows
from rejects
group by reason, effect
order by effect desc, rows desc, reason;

-- name: sums_of_orders
select source, 'paid_amount' as key, sum(paid_in_all) as total from orders_verdicts
where verdict is null or verdict = 'skip:after_as_of' group by source
union all
select source, 'refunded_amount' as key, sum(refunded_in_all) as total from orders_verdicts
where verdict is null or verdict = 'skip:after_as_of' group by source;

-- name: sums_of_members
select source, 'total_net_sales' as key, sum(total_net_sales) as total from judged_members where verdict is null group by source;

-- name: sums_of_referrals
select source, 'reward_amount' as key, sum(abs(reward_amount)) as total from judged_referrals where verdict is null group by source;

-- name: sums_of_points_log
select source, 'change' as key, sum(abs(change)) as total from judged_points where verdict is null group by source;

-- name: sums_of_costs
select source, 'amount' as key, sum(abs(spent)) as total from judged_costs where verdict is null group by source;
