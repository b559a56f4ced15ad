/* event_days: one row per member and date of an event, as purchases has dates of orders; no money is in it. */
/* reads   events */
/* takes   $kind   the kind of event; 'event' is any that members did themselves */
SELECT
  member_id,
  happened_on AS ordered_on,
  1 AS order_count,
  CAST(0 AS Nullable(Decimal(18, 2))) AS paid_amount,
  CAST(0 AS Nullable(Decimal(18, 2))) AS refunded_amount
FROM events
WHERE
  kind = CAST('order' AS Nullable(String))
  OR (
    CAST('order' AS Nullable(String)) = 'event'
    AND kind <> 'contact'
    AND kind <> 'coupon_issued'
  )
GROUP BY
  member_id,
  happened_on
