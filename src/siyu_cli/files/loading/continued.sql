-- Rows that go on with an order and leave blank what its first row says.
--
-- reads   continuable (source, row, order_id, who, store, ordered_at, paid_at, is_item, is_data): the rows of one relation
-- writes  continued (source, row, head): each such row, and the row whose order it is of

-- name: nothing
create or replace temp table continued (source integer, row bigint, head bigint);

-- name: has_nameless
select 1 from continuable where order_id is null and who is null and is_item and is_data limit 1;

-- name: below
insert into continued
with lined as (
    select
        *,
        order_id is null and who is null and is_item and is_data as is_nameless,
        lag(order_id ignore nulls) over (partition by source order by row) as before
    from continuable
),

-- A blank row, a title or a total ends what is above it.
heads as (
    select * from lined where not is_nameless and (not is_data or order_id is null or order_id is distinct from before)
)

select rest.source, rest.row, heads.row
from (select * from lined where is_nameless) as rest
asof join heads on rest.source = heads.source and rest.row >= heads.row
where heads.is_data
  and coalesce(rest.ordered_at, heads.ordered_at) is not distinct from heads.ordered_at
  and coalesce(rest.paid_at, heads.paid_at) is not distinct from heads.paid_at;

-- name: named
-- By their number, unless numbers begin anew and one is several buyers'.
insert into continued
with nobodys as (
    select * from continuable where order_id is not null and who is null and is_data
),

bought as (
    select source, order_id, count(distinct who) as buyers, min(row) as head
    from continuable
    where who is not null and is_data and order_id in (select order_id from nobodys)
    group by source, order_id
)

select rest.source, rest.row, head.row
from nobodys as rest
join bought on bought.source = rest.source and bought.order_id = rest.order_id
join continuable as head on head.source = bought.source and head.row = bought.head
where rest.source not in (select source from bought where buyers > 1)
  and coalesce(rest.ordered_at, head.ordered_at) is not distinct from head.ordered_at
  and coalesce(rest.paid_at, head.paid_at) is not distinct from head.paid_at
  and coalesce(rest.store, head.store) is not distinct from head.store;
