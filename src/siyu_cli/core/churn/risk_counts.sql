-- risk_counts: one row per risk band of an earlier date: its members, and how many of them fell silent after.
--
-- reads   chances, histories
-- takes   $risk_high, $risk_medium   from which churn_probability a band begins

with banded as (
    select
        member_id,
        case
            when churn_probability >= $risk_high then 'high'
            when churn_probability >= $risk_medium then 'medium'
            else 'low'
        end as risk_band
    from chances
),

judged as (
    select member_id, is_silent
    from histories
)

select
    risk_band,
    count(*) as members,
    count(case when is_silent then 1 end) as silent
from banded
join judged using (member_id)
group by risk_band
