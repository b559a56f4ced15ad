-- point_sales: one row: the net sales of the days that have points, and of those of the past year.
--
-- reads   purchases
-- takes   $as_of
--         $first_on    the first day of the log
--         $starts_on   the first day of the past year, or of the log if that is later

select
    cast(sum(case when ordered_on >= $first_on then paid_amount - refunded_amount else 0 end) as decimal(18, 2)) as net_sales,
    cast(sum(case when ordered_on >= $starts_on then paid_amount - refunded_amount else 0 end) as decimal(18, 2)) as net_sales_lately
from purchases
where ordered_on <= $as_of
