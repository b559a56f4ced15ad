-- first_orders: one row per buyer whose first order is known: when and for how much, what was in it, whether they came back.
--
-- reads   features, milestones, purchases, items, events, members, periods, named_festivals
-- takes   $as_of         the date the shop is looked at
--         $within_days   within how many days they must have come back
--
-- All orders of the first purchase day are one. product and category are those of its dearest item; price_cents is what
-- an item cost on average; a discount is at least 1 % less than the prices say. What the exports do not tell is null.

with begun as (
    select
        member_id,
        first_on as ordered_on,
        date_diff('day', first_on, second_on) as gap_days,
        date_diff('day', first_on, $as_of) as age_days
    from milestones
    join (select member_id, history from features) as sourced using (member_id)
    where history = 'full'
),

bought as (
    select
        member_id,
        product,
        category,
        quantity,
        paid_amount,
        cast(floor(unit_price * quantity * 100 + 0.5) as bigint) as list_cents
    from items
    join (select member_id, ordered_on from begun) as first_days using (member_id, ordered_on)
    where quantity > 0
),

baskets as (
    select
        member_id,
        cast(sum(paid_amount) as decimal(18, 2)) as items_paid,
        cast(sum(list_cents) as bigint) as listed_cents,
        cast(sum(quantity) as double) as pieces,
        count(*) as lines,
        count(list_cents) as priced,
        count(paid_amount) as paid_lines
    from (select member_id, paid_amount, quantity, list_cents from bought) as single
    group by member_id
),

ranked as (
    select
        member_id,
        product,
        category,
        row_number() over (
            partition by member_id order by paid_amount desc nulls last, product nulls last, category nulls last
        ) as place
    from bought
),

redeemed as (
    select member_id, happened_on as ordered_on, 'yes' as redemption
    from events
    where kind = 'coupon_redeemed'
    group by member_id, happened_on
),

dearest as (
    select member_id, product, category
    from ranked
    where place = 1
),

priced_baskets as (
    select
        member_id,
        case when paid_lines = lines then cast(floor(cast(items_paid as double) / nullif(pieces, 0) * 100 + 0.5) as bigint) end
            as price_cents,
        case
            when paid_lines < lines or priced < lines then null
            when cast(items_paid as double) * 100 < 0.99 * cast(listed_cents as double) then 'yes'
            else 'no'
        end as discount
    from baskets
)

select
    member_id,
    ordered_on,
    period as acquired,
    source_channel,
    age_days,
    case when gap_days <= $within_days then true else false end as is_back,
    cast(floor(cast(paid_amount as double) * 100 + 0.5) as bigint) as paid_cents,
    price_cents,
    coalesce(redemption, 'no') as coupon,
    discount,
    product,
    category,
    coalesce(festival, 'none') as festival
from begun
join (select member_id, ordered_on, paid_amount from purchases where order_count > 0) as days using (member_id, ordered_on)
left join (select day as ordered_on, period from periods) as calendar using (ordered_on)
left join (select member_id, source_channel from members) as attributes using (member_id)
left join redeemed using (member_id, ordered_on)
left join (select day as ordered_on, festival from named_festivals) as festive using (ordered_on)
left join dearest using (member_id)
left join priced_baskets using (member_id)
