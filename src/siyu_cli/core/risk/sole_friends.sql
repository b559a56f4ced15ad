-- sole_friends: one row per employee: members who are nobody else's friend, and their net sales in 365 days.
--
-- reads   friends, features
--
-- Who brought nothing, or less than was given back, counts as nothing.

with known as (
    select member_id, min(owner) as only_owner, count(*) as employees
    from friends
    group by member_id
)

select
    only_owner as owner,
    count(*) as members,
    cast(sum(case when net_sales_365d > 0 then net_sales_365d else 0 end) as decimal(18, 2)) as net_sales
from known
join features using (member_id)
where employees = 1
group by only_owner
