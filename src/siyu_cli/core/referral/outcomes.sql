-- outcomes: one row per invite with all that is known of it: where in the forest, and whether there is reason to look.
--
-- reads   invites, forest, suspicions

with suspects as (
    select invitee_id, true as is_suspect
    from suspicions
    where reason not in ('self_invite', 'existing_member', 'second_inviter', 'reward_above_margin')
    group by invitee_id
),

places as (
    select member_id as invitee_id, generation
    from forest
)

select
    inviter_id,
    invitee_id,
    kind,
    invited_on,
    since_on,
    joined_on,
    first_order_on,
    second_order_on,
    is_joined,
    is_existing,
    is_new,
    is_ordered,
    is_retained,
    is_lost,
    case when is_joined and is_suspect then true else false end as is_suspicious,
    case when is_joined then generation end as generation,
    is_inviter_known,
    is_invitee_known,
    net_sales,
    inviter_joined_on,
    campaign,
    variant,
    referral_source,
    source_channel,
    reward_amount
from invites
left join places using (invitee_id)
left join suspects using (invitee_id)
