-- order_values: one row per number of orders and what they came to, of members who spent something.
--
-- reads   histories
--
-- What they came to goes in steps of its logarithm, 500 to one: a thousandth either way, and a shop of millions is some
-- ten thousand rows.

with spendings as (
    select order_days, cast(floor(500 * ln(cast(net_sales as double)) + .5) as bigint) as money_step
    from histories
    where net_sales > 0
)

select order_days, money_step, count(*) as members
from spendings
group by order_days, money_step
