/* assigned_returns: one row per member assigned who had bought before: how long they had been silent, who came back. */
/* reads   assigned_members, purchases, silence_bands */
/* takes   $looked_from   the day before the first day that counts; silence is counted up to it */
/*         $horizon_days  how many days after it are looked at, its last included */
/*         $silent_days   only who was silent for longer; -1: everybody */
/* Members count in the arm they were assigned to, reached or not. Net sales are less refunds of those days. */
WITH dated AS (
  SELECT
    member_id,
    arm,
    order_count > 0 AS is_visit,
    paid_amount - refunded_amount AS net,
    DATE_DIFF(DAY, CAST('2026-06-30' AS Nullable(DATE)), ordered_on) AS days
  FROM purchases
  JOIN assigned_members
    USING (member_id)
), people AS (
  SELECT
    member_id,
    arm,
    0 - MAX(CASE WHEN is_visit AND days <= 0 THEN days END) AS silent_days,
    CAST(MAX(
      CASE
        WHEN is_visit AND days > 0 AND days <= CAST('90' AS Nullable(Int64))
        THEN 1
        ELSE 0
      END
    ) AS Nullable(Int64)) AS returned,
    CAST(SUM(CASE WHEN days > 0 AND days <= CAST('90' AS Nullable(Int64)) THEN net ELSE 0 END) AS Nullable(Decimal(18, 2))) AS net_after
  FROM dated
  GROUP BY
    member_id,
    arm
)
SELECT
  member_id,
  arm,
  silent_from,
  returned,
  CAST(net_after AS Nullable(Float64)) AS net_sales
FROM people
JOIN silence_bands
  ON silent_days BETWEEN silent_from AND silent_to
WHERE
  silent_days > CAST('-1' AS Nullable(Int64))
