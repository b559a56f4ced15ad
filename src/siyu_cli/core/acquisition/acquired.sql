-- acquired: one row per member who came in the months looked at and source that is given a share of them.
--
-- reads   features, milestones, sources, stages, starts
-- takes   $as_of, $first_period, $last_period (the months, both included), $listed_only (only who is on a list of members)

select
    member_id,
    source,
    coalesce(shares, 1) as shares,
    cohort,
    start_on,
    age_days,
    stage,
    date_diff('day', start_on, first_on) as days_to_first,
    date_diff('day', first_on, second_on) as days_to_second,
    date_diff('day', first_on, $as_of) as days_since_first
from starts
left join sources using (member_id)
left join milestones using (member_id)
left join stages using (member_id)
join features using (member_id)
where cohort >= $first_period
  and cohort <= $last_period
  and (is_registered or joined_on is not null or not $listed_only)
