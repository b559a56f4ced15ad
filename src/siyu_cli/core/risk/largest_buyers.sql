-- largest_buyers: one row per member who brought at least so much in the 365 days up to as_of.
--
-- reads   features
-- takes   $least_sales

select member_id, net_sales_365d as net_sales
from features
where net_sales_365d >= cast($least_sales as decimal(18, 2))
