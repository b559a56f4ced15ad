-- Scopes: whether an amount is the order's or the item's, from what an export's own rows say.
--
-- reads   keyed_orders, sources
--
-- An order of several rows speaks for the order's total when its rows hold different items and one amount, or
-- only one of them has an amount, or where no row names an item, when they hold one amount and the statuses an order
-- goes through; it speaks for item amounts when the amounts differ, or when each of them is its
-- own row's price × quantity. Rows that are alike in everything say nothing, nor does a number that several members or
-- days have: it is a till's that begins anew.

-- name: evidence
select
    source,
    count(case when (is_total and not is_priced_by_item) or is_history then 1 end) as for_order,
    count(case when has_own_amounts or is_priced_by_item then 1 end) as for_item
from (
    select
        source,
        order_id,
        count(distinct concat_ws('|', coalesce(item_id, ''), coalesce(sku, ''), coalesce(product, ''),
            coalesce(cast(quantity as varchar), ''), coalesce(cast(unit_price as varchar), ''))) > 1
            and (count(paid) = 1 or (count(paid) = count(*) and count(distinct paid) = 1)) as is_total,
        count(coalesce(item_id, sku, product, cast(quantity as varchar), cast(unit_price as varchar))) = 0
            and count(distinct status) > 1
            and count(case when status in ('unpaid', 'paid', 'shipped', 'completed') then 1 end) = count(*)
            and count(paid) = count(*) and count(distinct paid) = 1 as is_history,
        count(paid) > 1 and count(distinct nullif(paid, 0)) > 1 as has_own_amounts,
        count(paid) > 1 and count(case when abs(paid - unit_price * quantity) < 0.05 then 1 end) = count(paid) as is_priced_by_item
    from keyed_orders
    where order_id is not null
      and coalesce(row_kind, 'sale') = 'sale'
      and source in (select source from sources where scope is null)
    group by source, order_id
    having count(*) > 1 and min(member_key) is not distinct from max(member_key) and min(ordered_on) is not distinct from max(ordered_on)
) as repeated
group by source;
