-- Gifts and the parts of combos, whose list prices nobody paid.
--
-- reads   marked_lines (row, purchase, amount, said, named): the lines of one sheet and what they are called
-- writes  free_lines (row, amount, is_free, is_alone)

-- name: free
-- A gift is free beside what was paid for, and where its column says that all of the order is free. The parts of a combo
-- are free beside the combo: by list prices always, by what was paid where it is the combo's, written twice.
create or replace temp table free_lines as
with called as (
    select
        row, purchase, amount,
        coalesce(said, '') = 'gift' or coalesce(named, '') = 'free' as is_said,
        coalesce(said, named, '') in ('gift', 'free') or coalesce(named, '') = 'free' as is_gift,
        coalesce(said, named, '') = 'part' as is_part,
        coalesce(said, '') = 'combo' or coalesce(named, '') = 'combo' as is_combo
    from marked_lines
    where amount > 0
),

weighed as (
    select
        *,
        sum(case when not is_gift and not is_part then amount end) over of_it as paid_beside,
        sum(case when is_combo and not is_gift and not is_part then amount end) over of_it as combos_paid,
        sum(case when is_part then amount end) over of_it as parts_paid,
        bool_and(is_gift) over of_it as is_all_gifts,
        bool_and(is_said) over of_it as is_all_said
    from called
    window of_it as (partition by purchase)
)

select
    row,
    amount,
    case
        when is_gift then $is_list_price and (paid_beside > 0 or is_all_said)
        when is_part then combos_paid > 0 and ($is_list_price or parts_paid = combos_paid)
    end as is_free,
    is_all_gifts and not is_all_said as is_alone
from weighed
where is_gift or is_part;

-- name: counted
select
    count(case when is_free then 1 end),
    sum(case when is_free then amount end),
    count(case when is_alone then 1 end),
    sum(case when is_alone then amount end)
from free_lines;
