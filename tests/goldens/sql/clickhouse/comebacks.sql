/* comebacks: one row per member who came back lately from a silence long enough to have been gone. */
/* reads   purchases */
/* takes   $as_of, $dormant_after, $churned_after */
/* Long enough is more than churned_after days, and, for members with two or more gaps before it, more */
/* than three times the median of those gaps. Few members qualify, so the join is small. */
WITH long_silences AS (
  SELECT
    member_id,
    ordered_on AS returned_on,
    gap_days AS silence_days
  FROM purchases
  WHERE
    gap_days > CAST('180' AS Nullable(Int64))
    AND DATE_DIFF(DAY, ordered_on, CAST('2026-06-30' AS Nullable(DATE))) <= CAST('90' AS Nullable(Int64))
), habits AS (
  SELECT
    member_id,
    returned_on,
    silence_days,
    COUNT(CASE WHEN ordered_on < returned_on THEN gap_days END) AS gaps_before,
    CAST(quantileExactInclusive(0.5)(CASE WHEN ordered_on < returned_on THEN gap_days END) AS Nullable(Float64)) AS usual_days,
    COUNT(CASE WHEN order_count > 0 AND ordered_on >= returned_on THEN 1 END) AS days_bought_since
  FROM long_silences
  JOIN purchases
    USING (member_id)
  GROUP BY
    member_id,
    returned_on,
    silence_days
), latest AS (
  SELECT
    member_id,
    returned_on,
    silence_days,
    days_bought_since,
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY returned_on DESC) AS place
  FROM habits
  WHERE
    gaps_before < 2 OR silence_days > 3 * usual_days
)
SELECT
  member_id,
  silence_days,
  DATE_DIFF(DAY, returned_on, CAST('2026-06-30' AS Nullable(DATE))) AS days_since_return,
  days_bought_since
FROM latest
WHERE
  place = 1
