-- Orders: from the rows of every order export to the lines the core reads.
--
-- reads   raw_orders, sources, status_words, member_links, phone_keys, account_keys, excluded
-- writes  keyed_orders → order_rows → judged_orders → order_lines; contested lines of several files are
--         settled in duplicate_rows
--
-- The variable as_of is the date the shop is looked at.

-- name: excluded
create or replace temp table excluded as
select coalesce(member_key, phone_key, name) as member_key
from excluded_names
left join member_links on member_id = name
left join phone_keys on phone = name;

-- name: keyed
-- One row per raw row, with its member's key, what its status words mean, and what it paid.
create or replace temp view keyed_orders as
select
    source,
    row,
    platform,
    scope,
    has_buyer,
    raw.member_id,
    raw.phone,
    raw.account,
    receiver_phone,
    order_id,
    item_id,
    product,
    sku,
    quantity,
    unit_price,
    faults,
    is_blank,
    has_total_word,
    raw.status as status_word,
    coalesce(
        member_key,
        raw.member_id,
        buyers.phone_key,
        case when buyers.is_shared then null else raw.phone end,
        account_key,
        case when raw.account is not null then platform || ':' || raw.account end,
        case when not has_buyer then coalesce(receivers.phone_key, case when receivers.is_shared then null else receiver_phone end) end
    ) as member_key,
    coalesce(buyers.is_shared, false) or (not has_buyer and coalesce(receivers.is_shared, false)) as is_shared_phone,
    ordered_at,
    paid_at,
    cast(coalesce(paid_at, ordered_at) as date) as ordered_on,
    coalesce(
        paid_amount,
        cast(cast(unit_price as decimal(18, 4)) * cast(quantity as decimal(18, 3)) as decimal(18, 2))
    ) as paid,
    refunded_amount as refunded,
    cast(refunded_at as date) as refunded_on,
    case
        when cancelled_at is not null and coalesce(known.status, '') <> 'refunded' then 'cancelled'
        when refunds.status = 'refunded' and coalesce(known.status, 'paid') <> 'unpaid' then 'refunded'
        when known.status = 'cancelled' and paid_amount > 0 and refunded_amount >= paid_amount then 'refunded'
        when known.status is not null then known.status
        when raw.status is not null then null
        when not has_status and has_paid_at and paid_at is null then 'unpaid'
        else 'paid'
    end as status,
    coalesce(known.status in ('shipped', 'completed') or known.was_delivered, false)
        or coalesce(refunds.was_delivered, false)
        or shipped_at is not null
        or completed_at is not null as is_delivered,
    coalesce(updated_at, greatest(ordered_at, paid_at, shipped_at, completed_at, refunded_at, cancelled_at)) as updated_at,
    exported_at
from raw_orders as raw
join sources using (source)
left join status_words as known on known.source = raw.source and known.kind = 'status' and known.word = raw.status
left join status_words as refunds on refunds.source = raw.source and refunds.kind = 'refund_status' and refunds.word = raw.refund_status
left join member_links using (member_id)
left join phone_keys as buyers on buyers.phone = raw.phone
left join phone_keys as receivers on receivers.phone = raw.receiver_phone
left join account_keys using (platform, account);

-- name: plain
-- The same for one export that names its members by id alone: nothing to look up.
create or replace temp view keyed_orders as
select
    source,
    row,
    cast('' as varchar) as platform,
    scope,
    true as has_buyer,
    member_id,
    cast(null as varchar) as phone,
    cast(null as varchar) as account,
    cast(null as varchar) as receiver_phone,
    order_id,
    item_id,
    product,
    sku,
    quantity,
    unit_price,
    faults,
    is_blank,
    has_total_word,
    cast(null as varchar) as status_word,
    member_id as member_key,
    false as is_shared_phone,
    ordered_at,
    paid_at,
    cast(coalesce(paid_at, ordered_at) as date) as ordered_on,
    coalesce(
        paid_amount,
        cast(cast(unit_price as decimal(18, 4)) * cast(quantity as decimal(18, 3)) as decimal(18, 2))
    ) as paid,
    refunded_amount as refunded,
    cast(refunded_at as date) as refunded_on,
    case when has_paid_at and paid_at is null then 'unpaid' else 'paid' end as status,
    shipped_at is not null or completed_at is not null as is_delivered,
    cast(null as timestamp) as updated_at,
    cast(null as timestamp) as exported_at
from raw_orders
join sources using (source);

-- name: scopes
-- Exports that do not say whether an amount is the order's or the item's: what their own rows say.
select
    source,
    count(*) as orders,
    count(case when amounts = 1 then 1 end) as repeated,
    count(case when abs(priced - least_paid) < 0.05 then 1 end) as adds_up
from (
    select
        source,
        order_id,
        count(distinct paid) as amounts,
        min(paid) as least_paid,
        sum(unit_price * quantity) as priced
    from keyed_orders
    where order_id is not null and paid is not null
      and source in (select source from sources where scope is null)
    group by source, order_id
    having count(*) > 1
) as repeats
group by source;

-- name: order_rows
-- Orders whose total is written once per order: the row that carries it.
create or replace temp table order_rows as
select
    source,
    order_id,
    min(case when paid is not null then row end) as first_row,
    count(distinct paid) as amounts
from keyed_orders
where scope = 'order' and order_id is not null
group by source, order_id
having count(*) > 1;

-- name: no_order_rows
create or replace temp table order_rows (source integer, order_id varchar, first_row bigint, amounts bigint);

-- name: judged
-- One row per raw row with a verdict: null is used; skip:… follows a rule; reject:… needs the operator.
create or replace temp view judged_orders as
select
    *,
    case
        when is_blank then 'skip:blank_row'
        when has_total_word and ordered_on is null then 'skip:total_row'
        when paid is null and first_row is not null then 'skip:item_detail'
        when row > first_row and amounts = 1 then 'skip:order_total_repeated'
        when row > first_row then 'reject:order_conflict'
        when is_excluded then 'skip:excluded'
        when member_key is null and is_shared_phone then 'reject:shared_phone'
        when member_key is null then coalesce('reject:' || key_fault, 'skip:no_member')
        when status is null then 'reject:unknown_status'
        when status = 'unpaid' then 'skip:unpaid'
        when status = 'cancelled' then 'skip:cancelled'
        when ordered_on is null then 'reject:' || coalesce(date_fault, 'missing_date')
        when paid is null then 'reject:' || coalesce(amount_fault, 'missing_amount')
        when ordered_on > getvariable('as_of') then 'skip:after_as_of'
    end as verdict
from (
    select
        *,
        case when faults is not null then nullif(regexp_extract(faults, '(?:^|;)(?:member_id|phone|account|receiver_phone):([a-z_]+)', 1), '') end as key_fault,
        case when faults is not null then nullif(regexp_extract(faults, '(?:^|;)(?:paid_at|ordered_at):([a-z_]+)', 1), '') end as date_fault,
        case when faults is not null then nullif(regexp_extract(faults, '(?:^|;)(?:paid_amount|unit_price|quantity):([a-z_]+)', 1), '') end as amount_fault,
        member_key in (select member_key from excluded) as is_excluded
    from keyed_orders
    left join order_rows using (source, order_id)
) as checked;

-- name: contested
-- The same order in several files: the union of its distinct lines, each at its largest multiplicity in any one
-- file. Where status or refund differ the later update or export wins; where nothing tells, nobody wins.
create or replace temp table contested as
with shared_orders as (
    select platform, member_key, order_id
    from judged_orders
    where order_id is not null and (verdict is null or verdict = 'skip:after_as_of')
    group by platform, member_key, order_id
    having count(distinct source) > 1
),

lines as (
    select
        source,
        row,
        scope,
        md5(concat_ws('|', platform, member_key, order_id)) as order_hash,
        md5(concat_ws('|', platform, member_key, order_id, coalesce(item_id, ''), coalesce(sku, ''), coalesce(product, ''),
            coalesce(cast(quantity as varchar), ''), coalesce(cast(unit_price as varchar), ''), cast(paid as varchar))) as line_hash,
        concat_ws('|', status, cast(coalesce(refunded, 0) as varchar), coalesce(cast(refunded_on as varchar), '')) as version,
        updated_at,
        exported_at
    from judged_orders
    join shared_orders using (platform, member_key, order_id)
    where verdict is null or verdict = 'skip:after_as_of'
),

numbered as (
    select
        *,
        row_number() over (partition by line_hash, source order by version, row) as copy,
        max(case when scope = 'order' then 1 else 0 end) over (partition by order_hash) as has_total,
        max(updated_at) over (partition by order_hash, source) as order_updated_at
    from lines
),

rivals as (
    select
        *,
        min(version) over (partition by line_hash, copy) <> max(version) over (partition by line_hash, copy) as is_disputed,
        max(order_updated_at) over (partition by line_hash, copy) as latest_update,
        min(order_updated_at) over (partition by line_hash, copy) as earliest_update,
        max(exported_at) over (partition by line_hash, copy) as latest_export,
        min(exported_at) over (partition by line_hash, copy) as earliest_export,
        count(exported_at) over (partition by line_hash, copy) as dated_exports,
        count(*) over (partition by line_hash, copy) as files
    from numbered
),

ranked as (
    select
        *,
        case
            when not is_disputed then 'same'
            when latest_update > earliest_update then 'updated'
            when dated_exports = files and latest_export > earliest_export then 'exported'
            else 'unsettled'
        end as settled_by,
        row_number() over (
            partition by line_hash, copy
            order by
                case when is_disputed and latest_update > earliest_update then order_updated_at end desc nulls last,
                case when is_disputed then exported_at end desc nulls last,
                source,
                row
        ) as place
    from rivals
)

select
    source,
    row,
    case
        when has_total = 1 and scope = 'item' then 'skip:item_detail'
        when settled_by = 'unsettled' then 'reject:order_conflict'
        when place > 1 then 'skip:duplicate'
    end as contested_verdict
from ranked;

-- name: settled
create or replace temp view settled_orders as
select * exclude (verdict), coalesce(contested_verdict, verdict) as verdict
from judged_orders
left join contested using (source, row);

-- name: uncontested
create or replace temp view settled_orders as select * from judged_orders;

-- name: lines
-- No order id: one order per member and timestamp.
create or replace temp view read_lines as
select
    member_key as member_id,
    coalesce(order_id, member_key || '@' || cast(coalesce(paid_at, ordered_at) as varchar)) as order_id,
    ordered_on,
    status,
    is_delivered,
    paid as paid_amount,
    case
        when status = 'refunded' then greatest(coalesce(refunded, 0), paid)
        else coalesce(refunded, cast(0 as decimal(18, 2)))
    end as refunded_amount,
    refunded_on
from settled_orders
where verdict is null or verdict = 'skip:after_as_of';

create or replace temp view order_lines as select * from read_lines;

-- name: kept_lines
-- Lines that came as text are kept, since to read them again is to judge them again.
create or replace temp table judged_lines as select * from read_lines;

create or replace temp view order_lines as select * from judged_lines;
