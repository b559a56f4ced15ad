-- member_facts: one row per member: what decides whether a campaign may reach them, and what they would be given.
--
-- reads   features, segments
--
-- segments holds the audience of the campaign alone: of who is not in it nothing else is told.

with everybody as (
    select member_id
    from features
),

audience as (
    select
        member_id, stage, rfm_segment, custom_segments, level, owner, points, birthday, order_count,
        average_order_value, is_unfriended, consent_sms, consent_wecom, consent_ads, opt_out_profiling
    from segments
)

select
    member_id,
    case when stage is not null then true else false end as is_in_audience,
    stage,
    rfm_segment,
    custom_segments,
    level,
    owner,
    points,
    birthday,
    order_count,
    average_order_value as order_value,
    is_unfriended,
    consent_sms,
    consent_wecom,
    consent_ads,
    opt_out_profiling
from everybody
left join audience using (member_id)
