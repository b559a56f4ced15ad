-- Orders: from the rows of every order export to the lines the core reads.
--
-- reads   raw_orders, sources, status_words, refund_status_words, sheet_kinds, stored_values, given_change, kind_words, status_kind_words, told_kinds, repeated_refunds, returned_shares, discounts, currency_words, other_currencies,
--         member_links, phone_keys, account_keys, excluded, lent_members, contested, linked_rows
-- writes  restarting (source); looked_up_orders → weighed_orders → keyed_orders → order_rows → judged_orders → agreed_orders → settled_orders → order_lines, order_items
--
-- The variable as_of is the date the shop is looked at. Left joins with what is empty are taken out before a part is run.

-- name: looked_up
-- One row per raw row, with its member's key and what its words mean.
create or replace temp view looked_up_orders as
select
    raw.source,
    raw.row,
    scope,
    has_buyer,
    raw.member_id,
    raw.phone as buyer_phone,
    raw.name as buyer_name,
    order_id,
    item_id,
    coalesce(nullif(nullif(parent_id, '0'), order_id), case when told.kind = 'part' then original_order_id end) as parent_id,
    original_order_id,
    return_id,
    -- What is called a sale may be told apart still: by a negative quantity, by what was sold.
    -- What is void or unpaid is nothing else.
    cast(coalesce(
        case when told.kind in ('cancelled', 'unpaid') then told.kind end,
        lists.kind, nullif(coalesce(kinds.kind, stated.kind), 'sale'), case told.kind when 'refund' then 'return' when 'returned' then null when 'spent' then null when 'part' then null else told.kind end,
        kinds.kind, stated.kind
    ) as varchar) as told_kind,
    coalesce(
        lists.is_returned,
        coalesce(kinds.was_delivered, false) or coalesce(stated.was_delivered, false) or coalesce(told.kind = 'return', false)
    ) as is_returned,
    cast(currencies.code as varchar) as currency,
    product,
    sku,
    category,
    quantity,
    unit_price,
    is_blank,
    is_title,
    has_total_word,
    coalesce(
        links.member_key,
        raw.member_id,
        buyers.phone_key,
        case when buyers.is_shared then null else raw.phone end,
        accounts.account_key,
        case when raw.account is not null then sources.platform || ':' || raw.account end,
        case when not has_buyer then coalesce(receivers.phone_key, case when receivers.is_shared then null else receiver_phone end) end
    ) as member_key,
    coalesce(buyers.is_shared, false) or (not has_buyer and coalesce(receivers.is_shared, false)) as is_shared_phone,
    coalesce(paid_at, ordered_at) as moment,
    refunded_at,
    coalesce(
        case when told.kind = 'spent' then abs(paid_amount) end,
        case when given.source is not null then paid_amount - coalesce(abs(change_amount), 0) end,
        case when beside.source is not null and stored_value_amount > 0 then coalesce(paid_amount, 0) + stored_value_amount end,
        paid_amount,
        case when not has_amount then cast(
            cast(cast(unit_price as decimal(18, 4)) * cast(quantity as decimal(18, 3)) as decimal(18, 2)) * coalesce(priced.factor, 1)
        as decimal(18, 2)) end
    ) as amount,
    case when again.row is null then abs(refunded_amount) else cast(0 as decimal(18, 2)) end as refund,
    case when scope = 'item' then cast(round(amount * sent_back.share, 2) as decimal(18, 2)) end as returned_part,
    coalesce(known.status in ('shipped', 'completed') or known.was_delivered, false) or coalesce(refunds.was_delivered, false)
        or coalesce(told.kind = 'returned', false) or sent_back.row is not null or shipped_at is not null or completed_at is not null as is_sent,
    coalesce(updated_at, greatest(ordered_at, paid_at, shipped_at, completed_at, refunded_at, cancelled_at)) as updated_at,
    exported_at,
    faults as raw_faults,
    raw.status as status_word,
    known.status as known_status,
    raw.refund_status as refund_word,
    coalesce(case when told.kind = 'returned' then 'full' end, refunds.status) as refund_state,
    cancelled_at is not null or coalesce(known.status = 'cancelled', false) as is_closed,
    not has_status and has_paid_at and paid_at is null and reason_in(faults, ['paid_at']) is null as is_never_paid
from raw_orders as raw
join sources using (source)
left join status_words as known on known.source = raw.source and known.word = raw.status
left join refund_status_words as refunds on refunds.source = raw.source and refunds.word = raw.refund_status
left join sheet_kinds as lists on lists.source = raw.source
left join stored_values as beside on beside.source = raw.source
left join given_change as given on given.source = raw.source
left join kind_words as kinds on kinds.source = raw.source and kinds.word = raw.kind
left join status_kind_words as stated on stated.source = raw.source and stated.word = raw.status
left join told_kinds as told on told.source = raw.source and told.row = raw.row
left join repeated_refunds as again on again.source = raw.source and again.row = raw.row
left join returned_shares as sent_back on sent_back.source = raw.source and sent_back.row = raw.row
left join discounts as priced on priced.source = raw.source and priced.row = raw.row
left join currency_words as currencies on currencies.source = raw.source and currencies.word = raw.currency
left join member_links as links on links.member_id = raw.member_id
left join phone_keys as buyers on buyers.phone = raw.phone
left join phone_keys as receivers on receivers.phone = raw.receiver_phone
left join account_keys as accounts on accounts.platform = sources.platform and accounts.account = raw.account;

-- name: weighed
-- What a row is decides what it paid. A return has paid nothing and given back its amount, whatever its sign; a gift
-- has cost nothing.
create or replace temp view weighed_orders as
select
    * exclude (told_kind, refund, returned_part, refunded_at, is_returned, is_sent, is_never_paid),
    case
        when row_kind = 'return' or row_kind = 'gift'
            then case when coalesce(amount, refund) is not null then cast(0 as decimal(18, 2)) end
        when row_kind = 'exchange' and quantity < 0 and amount > 0 then -amount
        else amount
    end as paid,
    case when row_kind = 'return' then coalesce(nullif(refund, 0), abs(amount)) else coalesce(refund, returned_part) end as refunded,
    cast(case when row_kind = 'return' then coalesce(refunded_at, moment) else refunded_at end as date) as refunded_on,
    cast(case when row_kind = 'return' then coalesce(refunded_at, moment) else moment end as date) as ordered_on,
    is_sent or (row_kind = 'return' and is_returned) as is_delivered,
    is_never_paid and row_kind is distinct from 'return' as is_unpaid
from (
    select
        *,
        case
            when coalesce(told_kind, 'sale') = 'sale' and amount < 0 and original_order_id is not null then 'return'
            else told_kind
        end as row_kind
    from looked_up_orders
) as told_apart;

-- name: unweighed
-- Where nothing says what rows are, all are sales.
create or replace temp view weighed_orders as
select
    * exclude (told_kind, refund, returned_part, refunded_at, is_returned, is_sent, is_never_paid),
    told_kind as row_kind,
    amount as paid,
    coalesce(refund, returned_part) as refunded,
    cast(refunded_at as date) as refunded_on,
    cast(moment as date) as ordered_on,
    is_sent as is_delivered,
    is_never_paid as is_unpaid
from looked_up_orders;

-- name: keyed
-- One row per raw row, with its member's key, what it is, what it paid, and how it stands.
create or replace temp view keyed_orders as
select
    * exclude (raw_faults, status_word, refund_word, refund_state, known_status, is_closed, is_unpaid),
    case
        when refund_word is not null and refund_state is null then with_fault(raw_faults, fault('refund_status', 'unknown_status'))
        else raw_faults
    end as faults,
    -- Paid and then refunded in full is one class, however it is said: closed with a refund of what was paid,
    -- a status that says refunded, a refund status that says so without an amount. An amount below what was
    -- paid is the better witness: then only a part was given back.
    case
        when status_word is not null and known_status is null then null
        when row_kind = 'deposit' and contains(status_word, '已付') then 'paid'
        when known_status = 'unpaid' or row_kind = 'unpaid' then 'unpaid'
        when row_kind = 'cancelled' then 'cancelled'
        when row_kind = 'return' and refund_state = 'pending' then 'unpaid'
        when row_kind = 'return' then case when is_closed or refund_state = 'none' then 'cancelled' else 'refunded' end
        when is_closed and coalesce(paid, 0) = 0 and coalesce(refunded, 0) = 0 then 'cancelled'
        when (known_status = 'refunded' or refund_state = 'full') and not (paid > 0 and coalesce(refunded, 0) > 0 and refunded < paid)
            then 'refunded'
        when is_closed and paid > 0 and refunded >= paid then 'refunded'
        when is_closed then 'cancelled'
        when known_status = 'refunded' then 'paid'
        when known_status is not null then known_status
        when is_unpaid then 'unpaid'
        else 'paid'
    end as status
from weighed_orders;

-- name: order_rows
-- Orders whose total is written once per order: the row that carries it. An export may write it on every row, or
-- on one and leave the others blank or 0. Which row stands for the order its content decides, never its place;
-- of totals that differ the one updated last counts, and where nothing tells, none does.
create or replace temp table order_rows as
with repeated as (
    select source, order_id
    from keyed_orders
    where scope = 'order' and order_id is not null and coalesce(row_kind, 'sale') = 'sale'
    group by source, order_id
    having count(*) > 1 and min(member_key) is not distinct from max(member_key)
),

placed as (
    select
        source,
        order_id,
        row,
        nullif(paid, 0) as paid,
        updated_at,
        max(case when coalesce(paid, 0) <> 0 then updated_at end) over (partition by source, order_id) as latest_at,
        row_number() over (
            partition by source, order_id
            order by
                paid is null,
                coalesce(paid, 0) = 0,
                member_key is null,
                updated_at desc nulls last,
                refunded desc nulls last,
                is_delivered desc,
                status nulls last,
                ordered_on nulls last,
                member_key,
                row
        ) as place
    from keyed_orders
    join repeated using (source, order_id)
    where coalesce(row_kind, 'sale') = 'sale'
)

select
    source,
    order_id,
    min(case when place = 1 then row end) as total_row,
    count(distinct paid) > 1 and count(distinct case when updated_at = latest_at then paid end) <> 1 as is_conflicting
from placed
group by source, order_id;

-- name: no_order_rows
create or replace temp table order_rows (source integer, order_id varchar, total_row bigint, is_conflicting boolean);

-- name: restarting
-- Exports in which several numbers are several members': a till's numbers begin anew, and name an order with its day.
create or replace temp table restarting as
select source
from (
    select source, order_id
    from keyed_orders
    where order_id is not null and coalesce(row_kind, 'sale') = 'sale'
    group by source, order_id
    having min(member_key) <> max(member_key)
) as shared
group by source
having count(*) > 1;

-- name: judged
-- One row per raw row with a verdict: null is used; skip:… follows a rule; reject:… needs the operator.
create or replace temp view judged_orders as
select
    *,
    coalesce(verdict_on_row(
        is_blank, is_title, has_total_word and (ordered_on is null or member_key is null or order_id is null), faults
    ), case
        when paid is null and total_row is not null and row <> total_row then 'skip:item_detail'
        when row <> total_row and not is_conflicting then 'skip:order_total_repeated'
        when row_kind = 'topup' then 'skip:topup'
        when row_kind = 'no_sale' then 'skip:no_sale'
        when is_excluded then 'skip:excluded'
        when member_key is null and is_shared_phone then 'reject:shared_phone'
        when member_key is null
            then coalesce(reject_for(faults, ['member_id', 'phone', 'account', 'receiver_phone']), 'skip:no_member')
        when status is null then 'reject:unknown_status'
        when status = 'unpaid' then 'skip:unpaid'
        when status = 'cancelled' then 'skip:cancelled'
        when is_conflicting then 'reject:order_conflict'
        when ordered_on is null
            then coalesce(reject_for(faults, ['paid_at', 'ordered_at', 'refunded_at']), 'reject:missing_date')
        when paid is null then coalesce(
            reject_for(faults, ['paid_amount', 'refunded_amount', 'unit_price', 'quantity']), 'reject:missing_amount')
        when is_other_currency then 'skip:other_currency'
        when ordered_on > getvariable('as_of') then 'skip:after_as_of'
    end) as verdict
from (
    select
        keyed.* exclude (member_key),
        coalesce(keyed.member_key, lent.member_key) as member_key,
        coalesce(foreign_codes.code is not null, false) as is_other_currency,
        totals.total_row as total_row,
        totals.is_conflicting as is_conflicting,
        staff.member_key is not null as is_excluded
    from keyed_orders as keyed
    left join order_rows as totals on totals.source = keyed.source and totals.order_id = keyed.order_id
        and coalesce(keyed.row_kind, 'sale') = 'sale'
    left join lent_members as lent on lent.source = keyed.source and lent.row = keyed.row
    left join other_currencies as foreign_codes on foreign_codes.code = keyed.currency
    left join excluded as staff on staff.member_key = coalesce(keyed.member_key, lent.member_key)
) as checked;

-- name: agreed
create or replace temp view agreed_orders as
select
    judged.* exclude (verdict),
    coalesce(contested_verdict, verdict) as verdict,
    coalesce(contested.is_copy, false) as is_copy
from judged_orders as judged
left join contested using (source, row);

-- name: uncontested
create or replace temp view agreed_orders as select *, false as is_copy from judged_orders;

-- name: settled
-- A row that belongs to another counts as links.sql says.
create or replace temp view settled_orders as
select
    agreed.* exclude (verdict, paid, refunded, refunded_on),
    coalesce(linked.verdict, agreed.verdict) as verdict,
    purchase_id,
    case when linked.row is null then agreed.paid else linked.paid end as paid,
    case
        when linked.row is not null then linked.refunded
        when status = 'refunded' then greatest(coalesce(agreed.refunded, 0), agreed.paid)
        else coalesce(agreed.refunded, cast(0 as decimal(18, 2)))
    end as refunded,
    case when linked.row is null or linked.refunded <> 0 then refunded_on end as refunded_on
from agreed_orders as agreed
left join linked_rows as linked on linked.source = agreed.source and linked.row = agreed.row;

-- name: unlinked
create or replace temp view settled_orders as
select
    * exclude (refunded),
    cast(null as varchar) as purchase_id,
    case
        when status = 'refunded' then greatest(coalesce(refunded, 0), paid)
        else coalesce(refunded, cast(0 as decimal(18, 2)))
    end as refunded
from agreed_orders;

-- name: lines
-- Every row that counts, and those that tell items of an order whose amount another row has. No order id: one order per
-- member and timestamp. Whose amount is the order's, its items share it.
create or replace temp view read_lines as
select
    member_key as member_id,
    coalesce(
        purchase_id,
        case when anew.source is not null then order_id || '@' || cast(ordered_on as varchar) end,
        order_id,
        member_key || '@' || cast(moment as varchar)
    ) as order_id,
    ordered_on,
    status,
    is_delivered,
    paid as paid_amount,
    refunded as refunded_amount,
    refunded_on,
    item_id,
    product,
    sku,
    category,
    unit_price,
    case
        when row_kind = 'deposit' or row_kind = 'balance' then null
        when row_kind = 'return' or paid < 0 then -abs(quantity)
        else quantity
    end as quantity,
    source,
    row,
    case when scope = 'order' and coalesce(row_kind, 'sale') = 'sale' then settled.order_id end as shared_number,
    coalesce(verdict, 'skip:after_as_of') = 'skip:after_as_of' as is_line,
    verdict is null as is_counted
from settled_orders as settled
left join restarting as anew using (source)
where verdict is null or verdict = 'skip:after_as_of'
   or (verdict in ('skip:item_detail', 'skip:order_total_repeated') and not is_copy
       and not is_excluded and coalesce(product, sku, category) is not null);

create or replace temp view counted_rows as select * from read_lines;

-- name: order_lines
create or replace temp view order_lines as
select member_id, order_id, ordered_on, status, is_delivered, paid_amount, refunded_amount, refunded_on
from counted_rows
where is_line;

-- name: kept_lines
-- Lines that came as text are kept, since to read them again is to judge them again.
create or replace temp table judged_lines as select * from order_lines;

create or replace temp view order_lines as select * from judged_lines;

drop view counted_rows;

-- name: kept_rows
-- As kept_lines, where exports tell of items.
create or replace temp table judged_lines as select * from read_lines;

create or replace temp view counted_rows as select * from judged_lines;

-- name: order_items
-- Nothing is done for it until somebody reads it. What a row of items paid is its own; where the amount is the order's,
-- each item has the part that its price × quantity is, to the cent, and none where the prices are not there. Of an
-- order list beside an item list, the items are the latter's.
create or replace temp view order_items as
with told_apart as (
    select member_id, order_id
    from counted_rows
    where not is_line and shared_number is null
      and (member_id, order_id) in (select member_id, order_id from counted_rows where is_counted)
),

own as (
    select rows.*
    from counted_rows as rows
    where shared_number is null
      and coalesce(product, sku, category) is not null
      and case
          when is_counted and paid_amount > 0 then (member_id, order_id) not in (select member_id, order_id from told_apart)
          when is_line then is_counted
          else (member_id, order_id) in (select member_id, order_id from told_apart)
      end
),

totals as (
    select
        member_id, order_id, ordered_on, paid_amount, refunded_amount, refunded_on, source, shared_number, row as total_row
    from counted_rows
    where shared_number is not null
      and is_counted
      and (member_id, order_id) not in (select member_id, order_id from own where paid_amount > 0)
),

shared as (
    select totals.*, item_id, product, sku, category, unit_price, quantity
    from totals
    join counted_rows as rows on rows.source = totals.source and rows.row = totals.total_row
    where coalesce(product, sku, category) is not null
    union all
    select totals.*, item_id, product, sku, category, unit_price, quantity
    from totals
    join counted_rows as rows on rows.source = totals.source and rows.shared_number = totals.shared_number
    where not is_line
),

weighed as (
    select
        *,
        count(*) over of_order = 1 as is_alone,
        case when count(unit_price * quantity) over of_order = count(*) over of_order
            then cast(unit_price * quantity as decimal(18, 2)) end as price
    from shared
    window of_order as (partition by source, total_row)
),

-- The cents that rounding leaves fall where the sums pass them: all parts add up to the order's amount.
parted as (
    select
        *,
        cast(sum(price) over up_to_here as double) / nullif(sum(price) over of_order, 0) as part_to,
        cast(sum(price) over up_to_here - price as double) / nullif(sum(price) over of_order, 0) as part_from
    from weighed
    window
        of_order as (partition by source, total_row),
        up_to_here as (
            partition by source, total_row order by price, sku, product, category, item_id, quantity
            rows between unbounded preceding and current row
        )
)

select
    member_id, order_id, item_id, ordered_on, product, sku, category, quantity, unit_price,
    paid_amount, refunded_amount, refunded_on
from own
union all
select
    member_id, order_id, item_id, ordered_on, product, sku, category, quantity, unit_price,
    case when is_alone then paid_amount
        else cast(round(cast(paid_amount as double) * part_to, 2) as decimal(18, 2))
            - cast(round(cast(paid_amount as double) * part_from, 2) as decimal(18, 2)) end as paid_amount,
    case when is_alone or refunded_amount = 0 then refunded_amount
        else cast(round(cast(refunded_amount as double) * part_to, 2) as decimal(18, 2))
            - cast(round(cast(refunded_amount as double) * part_from, 2) as decimal(18, 2)) end as refunded_amount,
    refunded_on
from parted;

-- name: no_order_items
create or replace temp table order_items (
    member_id varchar, order_id varchar, item_id varchar, ordered_on date, product varchar, sku varchar, category varchar,
    quantity double, unit_price double, paid_amount decimal(18, 2), refunded_amount decimal(18, 2), refunded_on date
);
