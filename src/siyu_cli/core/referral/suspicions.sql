-- suspicions: one row per reason to look and invite: who, and in which row of which sheet.
--
-- reads   invites, forest, purchases, inviter_records, suspect_people, suspect_records, suspect_days
-- takes   $gross_margin
--
-- suspect_people names invitees, suspect_records records of inviters, suspect_days days of inviters: see suspicions.py.

with winners as (
    select invitee_id, inviter_id as first_inviter_id
    from invites
    where kind = 'link'
),

flagged as (
    select member_id as invitee_id, is_cyclic
    from forest
    where is_cyclic
),

first_days as (
    select member_id as invitee_id, ordered_on as first_order_on, paid_amount - refunded_amount as first_net_sales
    from purchases
    where order_count > 0
),

reasons as (
    select kind as reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    where kind = 'self_invite'
    union all
    select 'existing_member' as reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    where is_existing
    union all
    select 'second_inviter' as reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    join winners using (invitee_id)
    where kind = 'duplicate' and inviter_id <> first_inviter_id
    union all
    select 'cycle' as reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    join flagged using (invitee_id)
    where is_joined
    union all
    select reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    join suspect_people using (invitee_id)
    where is_joined
    union all
    select reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    join inviter_records using (inviter_id)
    join suspect_records using (joined, ordered, mature_joined, mature_ordered, is_quick)
    where is_joined
    union all
    select reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    join suspect_days using (inviter_id, joined_on)
    where is_joined
    union all
    select 'reward_above_margin' as reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
    from invites
    join first_days using (invitee_id, first_order_on)
    where is_ordered and cast(reward_amount as double) > $gross_margin * cast(first_net_sales as double)
)

select reason, inviter_id, invitee_id, reward_amount, sheet_number, sheet_row
from reasons
