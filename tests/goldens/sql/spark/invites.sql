/* invites: one row per invite that exists: who invited whom, which of five kinds it is, what came of it. */
/* reads   referrals, features, stages, purchases */
/* takes   $as_of */
/*         $campaign   '' for all of them */
/* kind: unknown_inviter, self_invite, open, duplicate or link; an invitee has one link, by the earliest invite. What came */
/* of an invite is told of links only. Nothing after as_of exists. Ties are broken by what the rows say, so that no order */
/* of rows matters. */
WITH second_orders AS (
  SELECT
    member_id,
    MIN(ordered_on) AS second_order_on
  FROM purchases
  WHERE
    NOT gap_days IS NULL
  GROUP BY
    member_id
), invitee_facts AS (
  SELECT
    member_id AS invitee_id,
    TRUE AS has_invitee,
    first_order_on AS invitee_first_order_on,
    second_order_on AS invitee_second_order_on,
    order_days AS invitee_order_days,
    net_sales AS invitee_net_sales,
    is_unfriended OR stage = 'churned' AS is_gone,
    CASE
      WHEN first_order_on < joined_on OR joined_on IS NULL
      THEN first_order_on
      ELSE joined_on
    END AS known_on
  FROM features
  JOIN stages
    USING (member_id)
  LEFT JOIN second_orders
    USING (member_id)
), inviter_facts AS (
  SELECT
    member_id AS inviter_id,
    TRUE AS has_inviter,
    joined_on AS inviter_joined_on
  FROM features
), existing AS (
  SELECT
    inviter_id,
    invitee_id,
    invited_on,
    CASE WHEN joined_on <= CAST('2026-06-30' AS DATE) THEN joined_on END AS row_joined_on,
    CASE
      WHEN NOT invited_on IS NULL
      THEN invited_on
      WHEN joined_on <= CAST('2026-06-30' AS DATE)
      THEN joined_on
    END AS since_on,
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
    CASE
      WHEN inviter_id IS NULL
      THEN 'unknown_inviter'
      WHEN inviter_id = invitee_id
      THEN 'self_invite'
      WHEN invitee_id IS NULL
      THEN 'open'
      ELSE 'named'
    END AS first_kind
  FROM referrals
  WHERE
    (
      invited_on <= CAST('2026-06-30' AS DATE)
      OR (
        invited_on IS NULL
        AND (
          joined_on IS NULL OR joined_on <= CAST('2026-06-30' AS DATE)
        )
      )
    )
    AND (
      CAST('' AS STRING) = '' OR campaign = CAST('' AS STRING)
    )
), invitees AS (
  SELECT
    invitee_id,
    COUNT(*) AS invites_received
  FROM existing
  WHERE
    first_kind = 'named'
  GROUP BY
    invitee_id
), contested /* Few are invited twice: only their invites are put in order. */ AS (
  SELECT
    invitee_id,
    TRUE AS is_contested
  FROM invitees
  WHERE
    invites_received > 1
), placed AS (
  SELECT
    inviter_id,
    invitee_id,
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
    ROW_NUMBER() OVER (
      PARTITION BY invitee_id
      ORDER BY since_on NULLS LAST, inviter_id NULLS LAST, row_joined_on NULLS LAST, campaign NULLS LAST, variant NULLS LAST, referral_source NULLS LAST, source_channel NULLS LAST, reward_amount NULLS LAST, is_join_stated NULLS LAST, phone NULLS LAST, device NULLS LAST, payment NULLS LAST, address NULLS LAST, sheet_number NULLS LAST, sheet_row NULLS LAST
    ) AS place
  FROM existing
  JOIN contested
    USING (invitee_id)
  WHERE
    first_kind = 'named'
), kinds AS (
  SELECT
    inviter_id,
    invitee_id,
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
    CASE WHEN place = 1 THEN 'link' ELSE 'duplicate' END AS kind
  FROM placed
  UNION ALL
  SELECT
    inviter_id,
    invitee_id,
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
    CASE WHEN first_kind = 'named' THEN 'link' ELSE first_kind END AS kind
  FROM existing
  LEFT JOIN contested
    USING (invitee_id)
  WHERE
    first_kind <> 'named' OR is_contested IS NULL
), seen AS (
  SELECT
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
    kind = 'link' AS is_link,
    COALESCE(has_invitee, FALSE) AS is_invitee_known,
    COALESCE(known_on < since_on, FALSE) AS is_existing
  FROM kinds
  LEFT JOIN invitee_facts
    USING (invitee_id)
  LEFT JOIN inviter_facts
    USING (inviter_id)
), joined AS (
  SELECT
    *,
    is_link
    AND (
      NOT row_joined_on IS NULL
      OR (
        is_invitee_known AND NOT is_existing
      )
      OR NOT is_join_stated
    ) AS is_joined,
    CASE
      WHEN NOT row_joined_on IS NULL
      THEN row_joined_on
      WHEN NOT known_on IS NULL AND NOT is_existing
      THEN known_on
      WHEN NOT is_join_stated
      THEN invited_on
    END AS joined_on
  FROM seen
), ordered AS (
  SELECT
    *,
    is_joined
    AND COALESCE(invitee_order_days, 0) > 0
    AND (
      invitee_first_order_on IS NULL
      OR since_on IS NULL
      OR invitee_first_order_on >= since_on
    ) AS is_ordered
  FROM joined
)
SELECT
  inviter_id,
  invitee_id,
  kind,
  invited_on,
  since_on,
  CASE WHEN is_joined THEN joined_on END AS joined_on,
  CASE WHEN is_ordered THEN invitee_first_order_on END AS first_order_on,
  CASE WHEN is_ordered AND invitee_order_days >= 2 THEN invitee_second_order_on END AS second_order_on,
  CASE WHEN is_joined THEN TRUE ELSE FALSE END AS is_joined,
  CASE WHEN is_joined AND is_existing THEN TRUE ELSE FALSE END AS is_existing,
  CASE WHEN is_joined AND NOT is_existing THEN TRUE ELSE FALSE END AS is_new,
  CASE WHEN is_ordered THEN TRUE ELSE FALSE END AS is_ordered,
  CASE WHEN is_ordered AND invitee_order_days >= 2 THEN TRUE ELSE FALSE END AS is_retained,
  CASE WHEN is_joined AND NOT is_existing AND is_gone THEN TRUE ELSE FALSE END AS is_lost,
  CASE WHEN has_inviter THEN TRUE ELSE FALSE END AS is_inviter_known,
  CASE WHEN is_invitee_known THEN TRUE ELSE FALSE END AS is_invitee_known,
  CASE WHEN is_ordered THEN invitee_net_sales END AS net_sales,
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
FROM ordered
