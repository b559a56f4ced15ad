/* inviter_summary: one row per inviter with at least $least_joined joined invitees: what they brought and what it cost. */
/* reads   outcomes, inviter_records */
/* takes   $least_joined */
WITH top AS (
  SELECT
    inviter_id
  FROM inviter_records
  WHERE
    joined >= CAST('1' AS BIGINT)
), money AS (
  SELECT
    inviter_id,
    is_joined,
    is_new,
    is_ordered,
    is_retained,
    is_lost,
    is_suspicious,
    COALESCE(reward_amount, 0) AS reward,
    COALESCE(net_sales, 0) AS sales
  FROM outcomes
  JOIN top
    USING (inviter_id)
), records AS (
  SELECT
    inviter_id,
    COUNT(*) AS invites,
    COUNT(CASE WHEN is_joined THEN 1 END) AS joined,
    COUNT(CASE WHEN is_new THEN 1 END) AS new_members,
    COUNT(CASE WHEN is_ordered THEN 1 END) AS ordered,
    COUNT(CASE WHEN is_retained THEN 1 END) AS retained,
    COUNT(CASE WHEN is_lost THEN 1 END) AS lost,
    COUNT(CASE WHEN is_suspicious THEN 1 END) AS suspicious,
    COUNT(CASE WHEN is_ordered AND NOT is_suspicious THEN 1 END) AS activated,
    CAST(SUM(reward) AS DECIMAL(18, 2)) AS reward_amount,
    CAST(SUM(sales) AS DECIMAL(18, 2)) AS net_sales
  FROM money
  GROUP BY
    inviter_id
)
SELECT
  inviter_id,
  invites,
  joined,
  new_members,
  ordered,
  retained,
  lost,
  suspicious,
  activated,
  reward_amount,
  net_sales
FROM records
