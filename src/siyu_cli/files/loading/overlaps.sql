-- Overlaps: the same order in several files.
--
-- reads   judged_orders
-- writes  contested (source, row, contested_verdict, is_copy)
--
-- The union of its distinct lines, each at its largest multiplicity in any one file. Where two files differ about
-- a status or a refund the later update wins, else the later export; where nothing tells, nobody does. An order
-- list beside an item list counts once. Nothing depends on the order of files or rows.

-- name: contested
create or replace temp table contested as
with candidates as (
    select
        source, row, scope, order_id, item_id, sku, product, quantity, unit_price, status, is_delivered, paid, refunded,
        refunded_on, ordered_on, updated_at, exported_at, moment, row_kind,
        md5_number(concat_ws('|', member_key,
            case when row_kind = 'return' then coalesce(return_id, 'return') end,
            coalesce(order_id, '@' || cast(moment as varchar)))) as order_hash,
        status <> 'cancelled' as is_live
    from judged_orders
    where verdict is null or verdict = 'skip:after_as_of' or (verdict = 'skip:cancelled' and ordered_on is not null)
),

shared_orders as (
    select order_hash
    from candidates
    group by order_hash
    having count(distinct source) > 1 and count(case when is_live then 1 end) > 0
),

described as (
    select
        *,
        max(updated_at) over in_file as file_updated_at,
        bool_or(is_live) over in_file as is_live_file,
        count(*) over in_file as file_lines,
        sum(paid) over in_file as file_total,
        bool_or(coalesce(item_id, sku, product) is not null) over in_file as has_items_in_file,
        bool_and(exported_at is not null) over everywhere as has_exports,
        bool_or(is_live and scope = 'order') over everywhere as has_total,
        bool_and(item_id is not null) over everywhere as has_item_id,
        bool_and(sku is not null) over everywhere as has_sku,
        bool_and(product is not null) over everywhere as has_product,
        bool_and(quantity is not null) over everywhere as has_quantity,
        bool_and(unit_price is not null) over everywhere as has_unit_price
    from candidates
    join shared_orders using (order_hash)
    window everywhere as (partition by order_hash), in_file as (partition by order_hash, source)
),

-- What tells two lines of an order apart is what every file says of all of them.
lines as (
    select
        *,
        case
            when row_kind = 'return' then concat_ws('|', item_id, product, cast(refunded as varchar), cast(refunded_on as varchar))
            when scope = 'order' and order_id is not null and coalesce(row_kind, 'sale') = 'sale' then ''
            when has_item_id then item_id
            else concat_ws('|',
                case when has_sku then sku end, case when has_product then product end,
                case when has_quantity then cast(quantity as varchar) end,
                case when has_unit_price then cast(unit_price as varchar) end, cast(paid as varchar))
        end as line,
        concat_ws('|', status, coalesce(refunded, 0), coalesce(cast(refunded_on as varchar), ''), paid) as version,
        concat_ws('|', coalesce(cast(file_updated_at as varchar), ''), case when has_exports then cast(exported_at as varchar) end) as recency
    from described
),

-- First the order as a whole: it may be closed in one file and alive in another.
dated as (
    select
        *,
        max(recency) over everywhere as latest,
        bool_or(is_live_file) over everywhere and not bool_and(is_live_file) over everywhere as is_closing_disputed,
        row_number() over (partition by order_hash, line, source order by version, row) as copy,
        min(source) over (partition by order_hash, line) <> max(source) over (partition by order_hash, line) as is_line_shared
    from lines
    window everywhere as (partition by order_hash)
),

closed as (
    select
        *,
        bool_or(is_live_file and recency = latest) over everywhere as is_alive_lately,
        bool_or(not is_live_file and recency = latest) over everywhere as is_closed_lately,
        max(case when file_lines = 1 and not is_line_shared then file_total end) over everywhere as single_total,
        -- Items in one file, payments in another: other lines, one total.
        min(source) over alike <> max(source) over alike and min(file_lines) over alike > 1
            and not bool_or(is_line_shared) over alike and not (has_item_id or has_sku or has_product) as is_told_twice,
        first_value(source) over (
            partition by order_hash, file_total order by has_items_in_file desc, file_lines desc, source
        ) as telling_source
    from dated
    window everywhere as (partition by order_hash), alike as (partition by order_hash, file_total)
),

-- Then line by line, among the files in which the order lives.
rivals as (
    select
        *,
        min(version) over rival <> max(version) over rival as is_disputed,
        max(recency) over rival as line_latest
    from closed
    where is_live_file or not is_closing_disputed or (is_alive_lately and is_closed_lately)
    window rival as (partition by order_hash, line, copy)
),

ranked as (
    select
        *,
        min(case when recency = line_latest then version end) over rival
            <> max(case when recency = line_latest then version end) over rival as is_unsettled,
        row_number() over (
            partition by order_hash, line, copy
            order by
                case when is_disputed and recency <> line_latest then 1 else 0 end,
                is_delivered desc, ordered_on, moment, source, row
        ) as place
    from rivals
    window rival as (partition by order_hash, line, copy)
)

select
    source,
    row,
    case
        when is_closing_disputed and is_alive_lately and is_closed_lately then 'reject:order_conflict'
        when is_closing_disputed and is_closed_lately and is_live then 'skip:superseded'
        when has_total and scope = 'item' and is_live then 'skip:item_detail'
        when is_live and scope = 'item' and file_lines > 1 and not is_line_shared and file_total = single_total then 'skip:item_detail'
        when is_live and scope = 'item' and is_told_twice and source <> telling_source then 'skip:item_detail'
        when is_disputed and is_unsettled then 'reject:order_conflict'
        when is_live and place > 1 then case when is_disputed then 'skip:superseded' else 'skip:duplicate' end
    end as contested_verdict,
    place > 1 as is_copy
from ranked;
