-- point_breaks: one row per member whose told balances part from the computed ones: the first row where they do, and why.
--
-- reads   point_told, point_balances, sheets_read
--
-- Frozen points are known of: a row that differs by just these is named only where no other does. Platforms that let no
-- balance go below 0 forget what is owed. A break at a row that
-- tells of expiry, or where lots lapsed since the row before and its balance did not follow, is one of rules; where a
-- balance does not begin with the one before, rows are missing between the two.

with parted as (
    select
        member_id,
        log_id,
        changed_on,
        moment,
        sheet_number,
        sheet_row,
        balance_after as told,
        computed,
        cast(balance_after - computed as decimal(18, 2)) as difference,
        case
            when frozen_so_far <> 0 and balance_after - computed = frozen_so_far then 'frozen'
            when computed < 0 and balance_after = 0 then 'debt'
            when kind = 'expire' and opening > 0 and balance_after < computed then 'opening'
            when kind = 'expire' then 'expiry_rule'
            when previous_after is null then 'opening'
            when lapsed_so_far > previous_lapsed and balance_before <= previous_after then 'expiry_rule'
            when balance_before <> previous_after then 'missing_rows'
            else 'unknown'
        end as cause
    from point_told
    join point_balances using (member_id)
    where agreeing = 0
),

placed as (
    select
        member_id,
        log_id,
        changed_on,
        sheet_number,
        sheet_row,
        told,
        computed,
        difference,
        cause,
        row_number() over (
            partition by member_id
            order by case when cause = 'frozen' then 1 else 0 end nulls last, moment nulls last, log_id nulls last,
                sheet_number nulls last, sheet_row nulls last
        ) as place
    from parted
)

select
    member_id,
    log_id,
    changed_on,
    file,
    sheet,
    sheet_row as "row",
    told,
    computed,
    difference,
    cause
from placed
left join sheets_read using (sheet_number)
where place = 1
