/* comebacks: one row per member who came back lately from a silence long enough to have been gone. */
/* reads   purchases */
/* takes   $as_of, $dormant_after, $churned_after */
/* Long enough is more than churned_after days, and, for members with two or more gaps before it, more */
/* than three times the median of those gaps. Few members qualify, so the joins are small. */
WITH long_silences AS (
  SELECT
    member_id,
    ordered_on AS returned_on,
    gap_days AS silence_days
  FROM purchases
  WHERE
    gap_days > CAST('180' AS Nullable(Int64))
    AND DATE_DIFF(DAY, ordered_on, CAST('2026-06-30' AS Nullable(DATE))) <= CAST('90' AS Nullable(Int64))
), earlier AS (
  SELECT
    member_id,
    returned_on,
    silence_days,
    gap_days,
    ROW_NUMBER() OVER (PARTITION BY member_id, returned_on ORDER BY gap_days) AS place,
    COUNT(*) OVER (PARTITION BY member_id, returned_on) AS gaps
  FROM long_silences
  JOIN purchases
    USING (member_id)
  WHERE
    NOT (
      gap_days IS NULL
    ) AND ordered_on < returned_on
), habits AS (
  SELECT
    member_id,
    returned_on,
    AVG(CAST(gap_days AS Nullable(Float64))) AS usual_days
  FROM earlier
  WHERE
    gaps >= 2 AND 2 * place BETWEEN gaps AND gaps + 2
  GROUP BY
    member_id,
    returned_on
), latest AS (
  SELECT
    member_id,
    returned_on,
    silence_days,
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY returned_on DESC) AS place
  FROM long_silences
  LEFT JOIN habits
    USING (member_id, returned_on)
  WHERE
    usual_days IS NULL OR silence_days > 3 * usual_days
)
/* Days since the return are as recent as the return itself; older ones need not be looked at. */
SELECT
  member_id,
  silence_days,
  DATE_DIFF(DAY, returned_on, CAST('2026-06-30' AS Nullable(DATE))) AS days_since_return,
  COUNT(CASE WHEN order_count > 0 AND ordered_on >= returned_on THEN 1 END) AS days_bought_since
FROM latest
JOIN purchases
  USING (member_id)
WHERE
  place = 1
  AND DATE_DIFF(DAY, ordered_on, CAST('2026-06-30' AS Nullable(DATE))) <= CAST('90' AS Nullable(Int64))
GROUP BY
  member_id,
  silence_days,
  returned_on
