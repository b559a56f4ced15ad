/* member_habits: one row per member: what they like to buy, how dear, how much of it at a discount, on which days. */
/* reads   favourite_categories, features, member_prices, named_festivals, purchases */
/* takes   $monday   any Monday before the first date */
/* A favourite category has 2 of 5 of at least 3 dates; with fewer dates nothing is known, with less of them it is mixed. */
WITH dated AS (
  SELECT
    member_id,
    ordered_on,
    festival,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', CAST('1900-01-01' AS DATE)), DATE_TRUNC('DAY', ordered_on)) AS day_number
  FROM purchases
  LEFT JOIN (
    SELECT
      day AS ordered_on,
      festival
    FROM named_festivals
  ) AS festivals
    USING (ordered_on)
  WHERE
    order_count > 0
), days AS (
  SELECT
    member_id,
    COUNT(*) AS all_days,
    COUNT(festival) AS festival_days,
    COUNT(
      CASE
        WHEN day_number - (
          CAST(TRUNCATE(CAST(day_number AS DOUBLE) / 7) AS BIGINT)
        ) * 7 >= 5
        THEN 1
      END
    ) AS weekend_days
  FROM dated
  GROUP BY
    member_id
), liked AS (
  SELECT
    member_id,
    CASE
      WHEN all_days >= 3
      THEN CASE WHEN days * 5 >= all_days * 2 THEN category ELSE '(mixed)' END
    END AS favourite_category
  FROM favourite_categories
)
SELECT
  member_id,
  favourite_category,
  CASE
    WHEN price_level < 0.8
    THEN 'low'
    WHEN price_level <= 1.25
    THEN 'middle'
    WHEN price_level > 1.25
    THEN 'high'
  END AS price_band,
  CAST(discounted_amount AS DOUBLE) / NULLIF(CAST(judged_amount AS DOUBLE), 0) AS promotion_share,
  CAST(weekend_days AS DOUBLE) / NULLIF(all_days, 0) AS weekend_share,
  CAST(festival_days AS DOUBLE) / NULLIF(all_days, 0) AS festival_share
FROM features
LEFT JOIN days
  USING (member_id)
LEFT JOIN liked
  USING (member_id)
LEFT JOIN member_prices
  USING (member_id)
