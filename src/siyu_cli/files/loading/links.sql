-- Links: rows that are parts of one purchase though they stand apart.
--
-- reads   keyed_orders, agreed_orders
-- writes  lent_members (source, row, member_key), linked_rows (source, row, verdict, purchase_id, paid, refunded)
--
-- A return belongs to the order it names, a sub-order to its parent, a balance to its deposit. Run only where a sheet
-- has such rows. Nothing depends on the order of files or rows.

-- name: has_links
select 1 from keyed_orders
where row_kind in ('return', 'exchange', 'deposit', 'balance') or parent_id is not null
limit 1;

-- name: lent_members
-- A return that names its order and no buyer is the buyer's of that order.
create or replace temp table lent_members as
with nameless as (
    select source, row, coalesce(original_order_id, parent_id, order_id) as named
    from keyed_orders
    where row_kind in ('return', 'exchange', 'balance') and member_key is null
      and coalesce(original_order_id, parent_id, order_id) is not null
),

buyers as (
    select order_id, min(member_key) as member_key
    from keyed_orders
    where member_key is not null and row_kind is distinct from 'return' and order_id in (select named from nameless)
    group by order_id
    having min(member_key) = max(member_key)
)

select source, row, buyers.member_key
from nameless
join buyers on buyers.order_id = named;

-- name: no_lent_members
create or replace temp table lent_members (source integer, row bigint, member_key varchar);

-- name: linked
create or replace temp table linked_rows as
with placed as (
    select
        source, row, row_kind, order_id, item_id, parent_id, member_key, ordered_on, moment, scope, verdict,
        paid,
        case when status = 'refunded' then greatest(coalesce(refunded, 0), paid) else coalesce(refunded, cast(0 as decimal(18, 2))) end as refunded,
        coalesce(original_order_id, parent_id, order_id) as named,
        verdict is null or verdict = 'skip:after_as_of' as is_live,
        coalesce(row_kind, 'sale') = 'sale' as is_plain
    from agreed_orders
),

-- What each number that others name stands for.
orders as (
    select
        member_key,
        order_id,
        min(coalesce(parent_id, order_id)) as purchase_id,
        count(case when is_live then 1 end) as live_rows,
        sum(case when is_live then refunded end) as refunded
    from placed
    where order_id is not null and (is_plain or row_kind = 'deposit')
      and order_id in (select named from placed where row_kind in ('return', 'exchange', 'balance'))
    group by member_key, order_id
),

-- A refund may stand on its order and in a list of returns, too: the larger counts, of equals the dated one.
named_returns as (
    select
        placed.*,
        orders.purchase_id,
        coalesce(live_rows = 0, false) as is_of_nothing,
        orders.refunded as told_before,
        sum(placed.refunded) over (partition by placed.member_key, named) as told_apart
    from placed
    left join orders on orders.member_key = placed.member_key and orders.order_id = named
    where row_kind = 'return' and is_live
),

returns as (
    select
        source,
        row,
        case when is_of_nothing or told_before > told_apart then 'skip:refund_counted' end as verdict,
        coalesce(purchase_id, order_id, member_key || '@' || cast(moment as varchar) || '@return') as purchase_id,
        case when purchase_id is null then -refunded else cast(0 as decimal(18, 2)) end as paid,
        case when purchase_id is null then cast(0 as decimal(18, 2)) else refunded end as refunded
    from named_returns
),

told_twice as (
    select distinct member_key, named as order_id
    from named_returns
    where told_before > 0 and told_before <= told_apart
),

-- A parent carries what its sub-orders do not: nothing, most often.
sub_totals as (
    select
        parent_id,
        count(paid) as with_amount,
        cast(sum(case when is_live then paid else 0 end) as decimal(18, 2)) as live_paid,
        cast(sum(paid) as decimal(18, 2)) as all_paid,
        cast(sum(case when is_live then refunded else 0 end) as decimal(18, 2)) as refunded
    from placed
    where parent_id is not null and is_plain and member_key is not null
      and (is_live or verdict in ('skip:cancelled', 'skip:unpaid'))
    group by parent_id
),

parent_rows as (
    select
        source, row, placed.parent_id, order_id, placed.paid, with_amount,
        sum(placed.paid) over family as parent_paid,
        greatest(sum(placed.refunded) over family - sub_totals.refunded, 0) as refund_left,
        case when sum(placed.paid) over family >= all_paid then all_paid else live_paid end as sub_paid,
        row_number() over (partition by order_id order by placed.paid desc nulls last, placed.refunded desc, source, row) as place
    from placed
    join sub_totals on sub_totals.parent_id = order_id
    where is_plain and placed.parent_id is null and (is_live or verdict = 'reject:missing_amount')
    window family as (partition by order_id)
),

parents as (
    select
        source,
        row,
        case
            when with_amount = 0 then null
            when place > 1 or parent_paid is null or (parent_paid = sub_paid and refund_left = 0) then 'skip:parent_order'
        end as verdict,
        order_id as purchase_id,
        cast(case when with_amount = 0 then paid else parent_paid - sub_paid end as decimal(18, 2)) as paid,
        cast(refund_left as decimal(18, 2)) as refunded
    from parent_rows
    where with_amount > 0
),

subs as (
    select
        placed.source,
        placed.row,
        case when placed.verdict = 'reject:missing_amount' and parent_paid is not null then 'skip:item_detail' end as verdict,
        placed.parent_id as purchase_id,
        placed.paid,
        case when told_twice.order_id is null then placed.refunded else cast(0 as decimal(18, 2)) end as refunded
    from placed
    left join (select order_id, sum(paid) as parent_paid from placed where is_plain and is_live group by order_id) as above
        on above.order_id = placed.parent_id
    left join told_twice on told_twice.member_key = placed.member_key and told_twice.order_id = placed.order_id
    where placed.parent_id is not null and is_plain and (is_live or placed.verdict = 'reject:missing_amount')
),

-- Balances that name no deposit: the member's first such balance belongs to their first such deposit.
halves as (
    select
        *,
        row_number() over (partition by member_key, row_kind order by ordered_on, moment, order_id, paid, source, row) as place
    from placed
    where is_live and (
        (row_kind = 'balance' and coalesce(named, '') not in (select order_id from orders where order_id is not null))
        or (row_kind = 'deposit' and coalesce(order_id, '') not in (select coalesce(named, '') from placed where row_kind = 'balance'))
    )
),

balances as (
    select
        balance.source,
        balance.row,
        cast(null as varchar) as verdict,
        coalesce(deposit.order_id, deposit.member_key || '@' || cast(deposit.moment as varchar)) as purchase_id,
        balance.paid,
        balance.refunded
    from halves as balance
    join halves as deposit on deposit.member_key = balance.member_key and deposit.place = balance.place
    where balance.row_kind = 'balance' and deposit.row_kind = 'deposit' and deposit.ordered_on <= balance.ordered_on
    union all
    select source, row, null as verdict, purchase_id, placed.paid, placed.refunded
    from placed
    join orders on orders.member_key = placed.member_key and orders.order_id = named
    where row_kind in ('balance', 'exchange') and is_live
),

-- An exchange that names no order we know is of the last purchase before it.
exchanges as (
    select
        exchanged.source,
        exchanged.row,
        cast(null as varchar) as verdict,
        max_by(coalesce(bought.parent_id, bought.order_id, bought.member_key || '@' || cast(bought.moment as varchar)),
            struct_pack(day := bought.ordered_on, at := bought.moment, number := coalesce(bought.order_id, ''))) as purchase_id,
        exchanged.paid,
        exchanged.refunded
    from placed as exchanged
    join (select * from placed where is_plain and is_live and paid > 0) as bought
        on bought.member_key = exchanged.member_key and bought.ordered_on <= exchanged.ordered_on
    where exchanged.row_kind = 'exchange' and exchanged.is_live
      and coalesce(exchanged.named, '') not in (select order_id from orders where order_id is not null)
    group by exchanged.source, exchanged.row, exchanged.paid, exchanged.refunded
),

-- Where sub-orders stand under their parent's number, the parent is the row without a number of its own.
families as (
    select
        source, row, item_id, order_id, paid, refunded, verdict,
        sum(case when item_id is not null then paid end) over (partition by member_key, order_id) as items_paid
    from placed
    where is_plain and scope = 'item' and parent_id is null and (is_live or verdict = 'reject:missing_amount')
      and order_id in (select order_id from placed where item_id is not null)
),

heads as (
    select source, row, 'skip:parent_order' as verdict, order_id as purchase_id, paid, refunded
    from families
    where item_id is null and (paid is null or paid = items_paid) and items_paid is not null
),

plain_told_twice as (
    select source, row, cast(null as varchar) as verdict, cast(null as varchar) as purchase_id, paid, cast(0 as decimal(18, 2)) as refunded
    from placed
    join told_twice using (member_key, order_id)
    where is_plain and is_live and parent_id is null
      and (source, row) not in (select source, row from parents union all select source, row from heads)
)

select * from returns
union all
select * from parents
union all
select * from subs
union all
select * from balances
union all
select * from exchanges
union all
select * from heads
union all
select * from plain_told_twice;
