-- funnel_next: one row per way that came one step further: when it had taken the step before, and when this one.
--
-- reads   funnel_latest, funnel_used, funnel_happenings
-- takes   $kind            of this step
--         $previous_kind   of the step before
--         $order           strict: nothing of another kind may lie between the two
--
-- funnel_latest are the ways that took the step before, funnel_used the dates on which they took an earlier step of
-- this kind: two steps of a kind need two dates, while steps of two kinds may fall on one.

with latest as (
    select member_id, entry_on, reached_on as last_on, used_on
    from funnel_latest
    left join (select member_id, entry_on, reached_on as used_on from funnel_used) as earlier
        using (member_id, entry_on)
),

ahead as (
    select member_id, entry_on, last_on, used_on, kind, happened_on
    from latest
    join funnel_happenings using (member_id)
    where happened_on >= last_on
      and (kind = $kind or $order = 'strict')
),

nearest as (
    select
        member_id,
        entry_on,
        min(last_on) as previous_on,
        min(case
            when kind = $kind
                and (kind <> $previous_kind or happened_on > last_on)
                and (used_on is null or happened_on > used_on) then happened_on
        end) as next_on,
        min(case
            when kind <> $kind and kind <> $previous_kind and happened_on > last_on then happened_on
        end) as other_on
    from ahead
    group by member_id, entry_on
)

select member_id, entry_on, previous_on, next_on as reached_on
from nearest
where next_on is not null
  and (other_on is null or other_on >= next_on)
