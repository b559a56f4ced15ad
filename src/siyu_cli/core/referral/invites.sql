-- invites: one row per invite that exists: who invited whom, which of five kinds it is, what came of it.
--
-- reads   referrals, features, stages, purchases
-- takes   $as_of
--         $campaign   '' for all of them
--
-- kind: unknown_inviter, self_invite, open, duplicate or link; an invitee has one link, by the earliest invite. What came
-- of an invite is told of links only. Nothing after as_of exists. Ties are broken by what the rows say, so that no order
-- of rows matters.

with second_orders as (
    select member_id, min(ordered_on) as second_order_on
    from purchases
    where gap_days is not null
    group by member_id
),

invitee_facts as (
    select
        member_id as invitee_id,
        true as has_invitee,
        first_order_on as invitee_first_order_on,
        second_order_on as invitee_second_order_on,
        order_days as invitee_order_days,
        net_sales as invitee_net_sales,
        is_unfriended or stage = 'churned' as is_gone,
        case when first_order_on < joined_on or joined_on is null then first_order_on else joined_on end as known_on
    from features
    join stages using (member_id)
    left join second_orders using (member_id)
),

inviter_facts as (
    select member_id as inviter_id, true as has_inviter, joined_on as inviter_joined_on
    from features
),

existing as (
    select
        inviter_id,
        invitee_id,
        invited_on,
        case when joined_on <= $as_of then joined_on end as row_joined_on,
        case
            when invited_on is not null then invited_on
            when joined_on <= $as_of then joined_on
        end as since_on,
        is_join_stated,
        campaign,
        variant,
        referral_source,
        source_channel,
        reward_amount,
        phone,
        device,
        address,
        payment,
        sheet_number,
        sheet_row,
        case
            when inviter_id is null then 'unknown_inviter'
            when inviter_id = invitee_id then 'self_invite'
            when invitee_id is null then 'open'
            else 'named'
        end as first_kind
    from referrals
    where (invited_on <= $as_of or (invited_on is null and (joined_on is null or joined_on <= $as_of)))
      and ($campaign = '' or campaign = $campaign)
),

invitees as (
    select invitee_id, count(*) as invites_received
    from existing
    where first_kind = 'named'
    group by invitee_id
),

-- Few are invited twice: only their invites are put in order.
contested as (
    select invitee_id, true as is_contested
    from invitees
    where invites_received > 1
),

placed as (
    select
        inviter_id, invitee_id, invited_on, row_joined_on, since_on, is_join_stated, campaign, variant, referral_source,
        source_channel, reward_amount, phone, device, address, payment, sheet_number, sheet_row,
        row_number() over (
            partition by invitee_id
            order by
                since_on nulls last, inviter_id nulls last, row_joined_on nulls last, campaign nulls last,
                variant nulls last, referral_source nulls last, source_channel nulls last, reward_amount nulls last,
                is_join_stated nulls last, phone nulls last, device nulls last, payment nulls last,
                address nulls last, sheet_number nulls last, sheet_row nulls last
        ) as place
    from existing
    join contested using (invitee_id)
    where first_kind = 'named'
),

kinds as (
    select
        inviter_id, invitee_id, invited_on, row_joined_on, since_on, is_join_stated, campaign, variant, referral_source,
        source_channel, reward_amount, phone, device, address, payment, sheet_number, sheet_row,
        case when place = 1 then 'link' else 'duplicate' end as kind
    from placed
    union all
    select
        inviter_id, invitee_id, invited_on, row_joined_on, since_on, is_join_stated, campaign, variant, referral_source,
        source_channel, reward_amount, phone, device, address, payment, sheet_number, sheet_row,
        case when first_kind = 'named' then 'link' else first_kind end as kind
    from existing
    left join contested using (invitee_id)
    where first_kind <> 'named' or is_contested is null
),

seen as (
    select
        inviter_id,
        invitee_id,
        kind,
        invited_on,
        row_joined_on,
        since_on,
        is_join_stated,
        campaign,
        variant,
        referral_source,
        source_channel,
        reward_amount,
        phone,
        device,
        address,
        payment,
        sheet_number,
        sheet_row,
        invitee_first_order_on,
        invitee_second_order_on,
        invitee_order_days,
        invitee_net_sales,
        is_gone,
        known_on,
        has_inviter,
        inviter_joined_on,
        kind = 'link' as is_link,
        coalesce(has_invitee, false) as is_invitee_known,
        coalesce(known_on < since_on, false) as is_existing
    from kinds
    left join invitee_facts using (invitee_id)
    left join inviter_facts using (inviter_id)
),

joined as (
    select
        *,
        is_link and (row_joined_on is not null or (is_invitee_known and not is_existing) or not is_join_stated) as is_joined,
        case
            when row_joined_on is not null then row_joined_on
            when known_on is not null and not is_existing then known_on
            when not is_join_stated then invited_on
        end as joined_on
    from seen
),

ordered as (
    select
        *,
        is_joined and coalesce(invitee_order_days, 0) > 0
            and (invitee_first_order_on is null or since_on is null or invitee_first_order_on >= since_on) as is_ordered
    from joined
)

select
    inviter_id,
    invitee_id,
    kind,
    invited_on,
    since_on,
    case when is_joined then joined_on end as joined_on,
    case when is_ordered then invitee_first_order_on end as first_order_on,
    case when is_ordered and invitee_order_days >= 2 then invitee_second_order_on end as second_order_on,
    case when is_joined then true else false end as is_joined,
    case when is_joined and is_existing then true else false end as is_existing,
    case when is_joined and not is_existing then true else false end as is_new,
    case when is_ordered then true else false end as is_ordered,
    case when is_ordered and invitee_order_days >= 2 then true else false end as is_retained,
    case when is_joined and not is_existing and is_gone then true else false end as is_lost,
    case when has_inviter then true else false end as is_inviter_known,
    case when is_invitee_known then true else false end as is_invitee_known,
    case when is_ordered then invitee_net_sales end as net_sales,
    inviter_joined_on,
    campaign,
    variant,
    referral_source,
    source_channel,
    reward_amount,
    phone,
    device,
    address,
    payment,
    sheet_number,
    sheet_row
from ordered
