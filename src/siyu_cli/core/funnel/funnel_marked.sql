-- funnel_marked: one row per member and date of entering, told apart by what the event says with which they entered.
--
-- reads   funnel_entries, events
-- takes   $kind        of the first step
--         $parted_by   entry_title, entry_campaign, entry_channel, entry_owner or entry_store
--
-- Where a member has several such events on that date, the first by name counts.

with named as (
    select
        member_id,
        happened_on as entry_on,
        case
            when $parted_by = 'entry_title' then title
            when $parted_by = 'entry_campaign' then campaign
            when $parted_by = 'entry_channel' then source_channel
            when $parted_by = 'entry_owner' then owner
            when $parted_by = 'entry_store' then store
        end as mark
    from events
    where kind = $kind
),

marks as (
    select member_id, entry_on, min(mark) as part
    from named
    group by member_id, entry_on
)

select member_id, part, fate, entry_on
from (select member_id, fate, entry_on from funnel_entries) as entered
left join marks using (member_id, entry_on)
