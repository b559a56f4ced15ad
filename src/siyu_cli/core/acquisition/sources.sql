-- sources: one row per member and source that a share of them is given; members of whom none is known have no row.
--
-- reads   members, milestones, touches
-- takes   $by            what the source is: source_channel, campaign, partner, store or owner
--         $attribution   first, last, or even: all sources alike
--
-- Only what touched a member before or on the day of their first order brought them; where nothing did, whatever touched
-- them. On one date the list of members goes first, then invites, then friends added. What a list says without a date
-- counts where nothing is dated. Of a member touched by several sources each is given one of so many shares.

with told as (
    select
        member_id,
        touched_on,
        case when kind = 'member' then 0 when kind = 'invite' then 1 else 2 end as place,
        case
            when $by = 'campaign' then campaign
            when $by = 'partner' then partner
            when $by = 'store' then store
            when $by = 'owner' then owner
            else source_channel
        end as source
    from touches
    union all
    select
        member_id,
        cast(null as date) as touched_on,
        3 as place,
        case
            when $by = 'campaign' then first_campaign
            when $by = 'store' then store
            when $by = 'owner' then owner
            when $by = 'source_channel' then source_channel
        end as source
    from members
),

dated as (
    select
        member_id,
        source,
        touched_on,
        place,
        case when touched_on is null then 2 when touched_on > first_on then 1 else 0 end as late
    from told
    left join milestones using (member_id)
    where source is not null
),

in_time as (
    select member_id, min(late) as least_late
    from dated
    group by member_id
),

counted as (
    select member_id, source, touched_on, place
    from dated
    join in_time using (member_id)
    where late = least_late
),

ranked as (
    select
        member_id,
        source,
        row_number() over (partition by member_id order by touched_on nulls last, place nulls last, source nulls last)
            as from_first,
        row_number() over (
            partition by member_id order by touched_on desc nulls last, place nulls last, source nulls last
        ) as from_last
    from counted
),

each_once as (
    select member_id, source
    from counted
    group by member_id, source
),

parted as (
    select member_id, count(*) as shares
    from each_once
    group by member_id
),

chosen as (
    select member_id, source, cast(1 as bigint) as shares
    from ranked
    where ($attribution = 'first' and from_first = 1) or ($attribution = 'last' and from_last = 1)
    union all
    select member_id, source, shares
    from each_once
    join parted using (member_id)
    where $attribution = 'even'
)

select member_id, source, shares
from chosen
