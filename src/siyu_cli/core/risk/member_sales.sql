-- member_sales: one row per net sales of a member in the 365 days up to as_of, above zero: how many brought just that.
--
-- reads   features

select net_sales_365d as net_sales, count(*) as members
from features
where net_sales_365d > 0
group by net_sales_365d
