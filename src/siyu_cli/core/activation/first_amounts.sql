-- first_amounts: one row per measure and amount in cents, how many first orders had it.
--
-- reads   first_orders
-- takes   $within_days   within how many days they must have come back: who is younger is not counted

with amounts as (
    select 'paid' as measure, paid_cents as cents
    from first_orders
    where age_days >= $within_days
    union all
    select 'price' as measure, price_cents as cents
    from first_orders
    where age_days >= $within_days and price_cents is not null
)

select measure, cents, count(*) as members
from amounts
group by measure, cents
