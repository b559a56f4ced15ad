-- level_told: one row per member: what the exports say of their level, and whether a rule decides it.
--
-- reads   features, members, level_log, points_log
-- takes   $as_of
--
-- The last entry of the log of levels says whether a hand or a payment gave the level, until its last day.

with placed as (
    select
        member_id,
        kind,
        level_to,
        valid_until,
        row_number() over (
            partition by member_id order by changed_on desc, second_of_day desc, sheet_number desc, sheet_row desc
        ) as place
    from level_log
    where changed_on <= $as_of
),

latest as (
    select
        member_id,
        level_to,
        case when valid_until is null or valid_until >= $as_of then kind end as kind
    from placed
    where place = 1
),

known as (
    select
        member_id,
        level,
        growth,
        level_valid_until,
        lower(replace(paid_level, ' ', '')) as paid_word
    from members
),

everybody as (
    select member_id
    from (
        select member_id from features
        union all
        select member_id from points_log where changed_on <= $as_of
    ) as ids
    group by member_id
)

select
    member_id,
    joined_on,
    case when is_registered then true else false end as is_registered,
    history,
    coalesce(level, level_to) as told_level,
    growth,
    level_valid_until,
    case
        when paid_word not in ('', '否', '无', '普通', '免费', '未开通', 'no', 'none', 'n', 'false', 'free', '0', '-', '—') then 'paid'
        when kind = 'paid' then 'paid'
        when kind = 'manual' then 'manual'
    end as given_by,
    coalesce(net_sales_365d, 0) as net_sales_365d
from everybody
left join features using (member_id)
left join known using (member_id)
left join latest using (member_id)
