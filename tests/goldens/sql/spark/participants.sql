/* participants: one row per person who takes part: when they began, their generation, what their invites brought. */
/* reads   outcomes, members */
/* takes   $as_of */
/*         $campaign   '' for all; holders of invite codes belong to no single one */
/* generation is empty on and below a cycle, and for those whose inviter cannot be found: they are no seeds. */
WITH invitees AS (
  SELECT
    invitee_id AS member_id,
    joined_on AS linked_on,
    generation AS linked_generation,
    TRUE AS was_invited
  FROM outcomes
  WHERE
    is_joined
), senders AS (
  SELECT
    inviter_id AS member_id,
    MIN(since_on) AS sent_on,
    COUNT(*) AS sent,
    COUNT(CASE WHEN is_joined THEN 1 END) AS brought,
    COUNT(CASE WHEN is_ordered THEN 1 END) AS converted
  FROM outcomes
  WHERE
    NOT inviter_id IS NULL
  GROUP BY
    inviter_id
), holders AS (
  SELECT
    member_id,
    TRUE AS is_holder
  FROM members
  WHERE
    has_invite_code
    AND CAST('' AS STRING) = ''
    AND (
      joined_on IS NULL OR joined_on <= CAST('2026-06-30' AS DATE)
    )
), strays AS (
  SELECT
    invitee_id AS member_id,
    TRUE AS is_stray
  FROM outcomes
  WHERE
    kind = 'unknown_inviter' AND NOT invitee_id IS NULL
  GROUP BY
    invitee_id
)
SELECT
  member_id,
  CASE WHEN was_invited THEN linked_on ELSE sent_on END AS began_on,
  CASE
    WHEN was_invited
    THEN linked_generation
    WHEN is_stray IS NULL
    THEN CAST(0 AS BIGINT)
  END AS generation,
  COALESCE(sent, 0) AS invites,
  COALESCE(brought, 0) AS joined,
  COALESCE(converted, 0) AS ordered
FROM invitees
FULL JOIN senders
  USING (member_id)
FULL JOIN holders
  USING (member_id)
LEFT JOIN strays
  USING (member_id)
