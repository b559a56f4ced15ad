-- rfm_grid: one row per pair of R and F scores that occurs, with members and sales.
--
-- reads   segments

with listed as (
    select r_score, f_score, net_sales as sales from segments
)

select
    r_score,
    f_score,
    count(*) as members,
    cast(sum(sales) as decimal(18, 2)) as net_sales
from listed
where r_score is not null
group by r_score, f_score
