-- campaigns: one row per campaign that invites name, one for those that name none, with how many invites.
--
-- reads   referrals

select
    campaign,
    count(*) as invites
from referrals
group by campaign
