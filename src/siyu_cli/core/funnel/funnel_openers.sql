-- funnel_openers: one row, how many entered before the first month of the log ended, and how many of them had just joined.
--
-- reads   funnel_ways, features
-- takes   $began_on      the day the log of orders begins
--         $month_ends    the last day of that month

select
    count(*) as members,
    count(case when joined_on >= $began_on then 1 end) as newcomers
from funnel_ways
join (select member_id, joined_on from features) as known using (member_id)
where entry_on <= $month_ends
