-- hints: one row per joined link of which something is known that people may share.
--
-- reads   invites

select invitee_id, phone, device, address, payment
from invites
where is_joined and (phone is not null or device is not null or address is not null or payment is not null)
