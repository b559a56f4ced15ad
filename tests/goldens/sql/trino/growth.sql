/* growth: one row per part, period and move, who moved, their orders, and their money then and in the period before. */
/* reads   purchases, starts, periods */
/* new (first order ever), retained (bought in the period before, too), returned (bought earlier, not in the period */
/* before), lost (bought in the period before, not in this), none (money moves without a purchase: refunds). Members */
/* whose first order is not in the log are never new. gained and shed are changes of money that no coming or going */
/* explains: of those who stayed all of it, of others what they moved without a purchase. */
WITH bought AS (
  SELECT
    member_id,
    period,
    COUNT(CASE WHEN order_count > 0 THEN 1 END) AS visits,
    CAST(SUM(order_count) AS BIGINT) AS orders,
    CAST(SUM(paid_amount - refunded_amount) AS DECIMAL(18, 2)) AS net
  FROM purchases
  JOIN (
    SELECT
      day AS ordered_on,
      period
    FROM periods
  ) AS calendar
    USING (ordered_on)
  GROUP BY
    member_id,
    period
), neighbours AS (
  SELECT
    member_id,
    period,
    visits,
    orders,
    net,
    LAG(period) OVER mine AS earlier,
    LAG(visits) OVER mine AS visits_earlier,
    LAG(net) OVER mine AS net_earlier,
    LAG(period) OVER theirs AS later
  FROM bought
  WINDOW mine AS (PARTITION BY member_id ORDER BY period), theirs AS (PARTITION BY member_id ORDER BY period DESC)
), compared /* A period in which money moved, beside the one before it; and the period after the last of such a run. */ AS (
  SELECT
    member_id,
    period,
    visits AS visits_now,
    orders AS orders_now,
    CASE WHEN earlier = period - 1 THEN visits_earlier ELSE 0 END AS visits_before,
    net AS net_now,
    CASE WHEN earlier = period - 1 THEN net_earlier ELSE 0 END AS net_before
  FROM neighbours
  UNION ALL
  SELECT
    member_id,
    period + 1 AS period,
    0 AS visits_now,
    0 AS orders_now,
    visits AS visits_before,
    CAST(0 AS DECIMAL(18, 2)) AS net_now,
    net AS net_before
  FROM neighbours
  WHERE
    later IS NULL OR later > period + 1
), moved AS (
  SELECT
    part,
    period,
    orders_now,
    net_now,
    net_before,
    CASE
      WHEN visits_now > 0 AND COALESCE(period = first_period, FALSE)
      THEN 'new'
      WHEN visits_now > 0 AND visits_before > 0
      THEN 'retained'
      WHEN visits_now > 0
      THEN 'returned'
      WHEN visits_before > 0
      THEN 'lost'
      ELSE 'none'
    END AS move
  FROM compared
  JOIN starts
    USING (member_id)
), changed AS (
  SELECT
    part,
    period,
    move,
    orders_now,
    net_now,
    net_before,
    CASE
      WHEN move = 'new' OR move = 'returned'
      THEN CAST(0 - net_before AS DECIMAL(18, 2))
      WHEN move = 'lost'
      THEN net_now
      ELSE CAST(net_now - net_before AS DECIMAL(18, 2))
    END AS net_change
  FROM moved
)
SELECT
  part,
  period,
  move,
  COUNT(*) AS members,
  CAST(SUM(orders_now) AS BIGINT) AS orders,
  CAST(SUM(net_now) AS DECIMAL(18, 2)) AS sales_now,
  CAST(SUM(net_before) AS DECIMAL(18, 2)) AS sales_before,
  CAST(SUM(CASE WHEN net_change > 0 THEN net_change ELSE 0 END) AS DECIMAL(18, 2)) AS gained,
  CAST(SUM(CASE WHEN net_change < 0 THEN 0 - net_change ELSE 0 END) AS DECIMAL(18, 2)) AS shed
FROM changed
GROUP BY
  part,
  period,
  move
