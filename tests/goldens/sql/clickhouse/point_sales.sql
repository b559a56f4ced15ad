/* point_sales: one row: the net sales of the days that have points, and of those of the past year. */
/* reads   purchases */
/* takes   $as_of */
/*         $first_on    the first day of the log */
/*         $starts_on   the first day of the past year, or of the log if that is later */
SELECT
  CAST(SUM(
    CASE
      WHEN ordered_on >= CAST('2026-01-01' AS Nullable(DATE))
      THEN paid_amount - refunded_amount
      ELSE 0
    END
  ) AS Nullable(Decimal(18, 2))) AS net_sales,
  CAST(SUM(
    CASE
      WHEN ordered_on >= CAST('2026-06-01' AS Nullable(DATE))
      THEN paid_amount - refunded_amount
      ELSE 0
    END
  ) AS Nullable(Decimal(18, 2))) AS net_sales_lately
FROM purchases
WHERE
  ordered_on <= CAST('2026-06-30' AS Nullable(DATE))
