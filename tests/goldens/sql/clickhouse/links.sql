/* links: one row per person who joined through an invite, with who invited them. */
/* reads   invites */
SELECT
  inviter_id,
  invitee_id
FROM invites
WHERE
  is_joined
