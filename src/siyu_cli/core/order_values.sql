-- order_values: one row per number of repeats and what they came to, of members who came back and spent something.
--
-- reads   histories
--
-- The first order is left out: it says what brought a member, the others what they are worth.

select
    repeats,
    repeat_sales,
    count(*) as members
from histories
where repeats > 0 and repeat_sales > 0
group by repeats, repeat_sales
