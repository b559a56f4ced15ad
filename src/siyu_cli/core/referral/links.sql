-- links: one row per person who joined through an invite, with who invited them.
--
-- reads   invites

select inviter_id, invitee_id
from invites
where is_joined
