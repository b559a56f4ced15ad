-- first_order_counts: one row, how many first-time buyers are old enough to be judged, how many came back, who is too young.
--
-- reads   first_orders
-- takes   $within_days   within how many days they must have come back

select
    count(case when age_days >= $within_days then 1 end) as ripe,
    count(case when age_days >= $within_days and is_back then 1 end) as returned,
    count(case when age_days < $within_days then 1 end) as too_young
from first_orders
