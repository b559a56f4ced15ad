-- openings: one row, the first days of the shop: of an order, of any movement of money, of a joining.
--
-- reads   features, purchases

with members_first as (
    select min(first_order_on) as log_began_on, min(joined_on) as first_joined_on
    from features
),

money_first as (
    select min(ordered_on) as first_moved_on
    from purchases
)

select log_began_on, first_joined_on, first_moved_on
from members_first
cross join money_first
