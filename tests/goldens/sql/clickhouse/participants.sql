/* participants: one row per person who takes part: when they began, their generation, what their invites brought. */
/* reads   outcomes, members, forest */
/* takes   $as_of */
/*         $campaign   '' for all; holders of invite codes belong to no single one */
/* generation is empty on and below a cycle, and for those whose inviter cannot be found: they are no seeds. */
WITH roles AS (
  SELECT
    invitee_id AS member_id,
    1 AS is_invitee,
    joined_on AS linked_on,
    CAST(NULL AS Nullable(DATE)) AS sent_on,
    0 AS invites_part,
    0 AS joined_part,
    0 AS ordered_part
  FROM outcomes
  WHERE
    is_joined
  UNION ALL
  SELECT
    inviter_id AS member_id,
    0 AS is_invitee,
    CAST(NULL AS Nullable(DATE)) AS linked_on,
    since_on AS sent_on,
    1 AS invites_part,
    CASE WHEN is_joined THEN 1 ELSE 0 END AS joined_part,
    CASE WHEN is_ordered THEN 1 ELSE 0 END AS ordered_part
  FROM outcomes
  WHERE
    NOT (
      inviter_id IS NULL
    )
  UNION ALL
  SELECT
    member_id,
    0 AS is_invitee,
    CAST(NULL AS Nullable(DATE)) AS linked_on,
    CAST(NULL AS Nullable(DATE)) AS sent_on,
    0 AS invites_part,
    0 AS joined_part,
    0 AS ordered_part
  FROM members
  WHERE
    has_invite_code
    AND CAST('' AS Nullable(String)) = ''
    AND (
      joined_on IS NULL OR joined_on <= CAST('2026-06-30' AS Nullable(DATE))
    )
), strays AS (
  SELECT
    invitee_id AS member_id,
    TRUE AS is_stray
  FROM outcomes
  WHERE
    kind = 'unknown_inviter' AND NOT (
      invitee_id IS NULL
    )
  GROUP BY
    invitee_id
), people AS (
  SELECT
    member_id,
    MAX(is_invitee) AS was_invited,
    CASE WHEN MAX(is_invitee) = 1 THEN MAX(linked_on) ELSE MIN(sent_on) END AS began_on,
    CAST(SUM(invites_part) AS Nullable(Int64)) AS invites,
    CAST(SUM(joined_part) AS Nullable(Int64)) AS joined,
    CAST(SUM(ordered_part) AS Nullable(Int64)) AS ordered
  FROM roles
  GROUP BY
    member_id
)
SELECT
  member_id,
  began_on,
  CASE
    WHEN was_invited = 1
    THEN generation
    WHEN is_stray IS NULL
    THEN CAST(0 AS Nullable(Int64))
  END AS generation,
  invites,
  joined,
  ordered
FROM people
LEFT JOIN forest
  USING (member_id)
LEFT JOIN strays
  USING (member_id)
