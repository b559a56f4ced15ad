/* hints: one row per joined link of which something is known that people may share. */
/* reads   invites */
SELECT
  invitee_id,
  phone,
  device,
  address,
  payment
FROM invites
WHERE
  is_joined
  AND (
    NOT (
      phone IS NULL
    )
    OR NOT (
      device IS NULL
    )
    OR NOT (
      address IS NULL
    )
    OR NOT (
      payment IS NULL
    )
  )
