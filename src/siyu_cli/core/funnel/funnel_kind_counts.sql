-- funnel_kind_counts: one row per kind, on how many dates of members it happened.
--
-- reads   funnel_happenings

select kind, count(*) as dates
from funnel_happenings
group by kind
