-- Currencies: which of them orders are in, and how much in each.

-- name: counted
select currency, count(*) as rows
from keyed_orders
where currency is not null and paid is not null
group by currency;

-- name: summed
select currency, sum(paid - refunded) as total
from settled_orders
where verdict is null or verdict = 'skip:other_currency'
group by currency
order by currency;
