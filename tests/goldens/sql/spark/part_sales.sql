/* part_sales: one row per employee, store and channel: net sales of their members in the 365 days up to as_of. */
/* reads   features, members */
WITH people AS (
  SELECT
    member_id,
    owner,
    store,
    source_channel,
    net_sales_365d
  FROM features
  LEFT JOIN members
    USING (member_id)
  WHERE
    NOT net_sales_365d IS NULL
), parts AS (
  SELECT
    'owner' AS part,
    owner AS name,
    CAST(SUM(net_sales_365d) AS DECIMAL(18, 2)) AS net_sales
  FROM people
  GROUP BY
    owner
  UNION ALL
  SELECT
    'store' AS part,
    store AS name,
    CAST(SUM(net_sales_365d) AS DECIMAL(18, 2)) AS net_sales
  FROM people
  GROUP BY
    store
  UNION ALL
  SELECT
    'source_channel' AS part,
    source_channel AS name,
    CAST(SUM(net_sales_365d) AS DECIMAL(18, 2)) AS net_sales
  FROM people
  GROUP BY
    source_channel
)
SELECT
  part,
  name,
  net_sales
FROM parts
