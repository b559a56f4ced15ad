/* member_facts: one row per member: what decides whether a campaign may reach them, and what they would be given. */
/* reads   features, segments */
/* segments holds the audience of the campaign alone: of who is not in it nothing else is told. */
WITH everybody AS (
  SELECT
    member_id
  FROM features
), audience AS (
  SELECT
    member_id,
    stage,
    rfm_segment,
    custom_segments,
    level,
    owner,
    points,
    birthday,
    order_count,
    average_order_value,
    is_unfriended,
    consent_sms,
    consent_wecom,
    consent_ads,
    opt_out_profiling
  FROM segments
)
SELECT
  member_id,
  CASE WHEN NOT (
    stage IS NULL
  ) THEN TRUE ELSE FALSE END AS is_in_audience,
  stage,
  rfm_segment,
  custom_segments,
  level,
  owner,
  points,
  birthday,
  order_count,
  average_order_value AS order_value,
  is_unfriended,
  consent_sms,
  consent_wecom,
  consent_ads,
  opt_out_profiling
FROM everybody
LEFT JOIN audience
  USING (member_id)
