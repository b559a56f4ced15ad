/* point_agreement: one row per thing held against the platform: the balances after movements, and members' balances. */
/* reads   point_told, point_accounts */
WITH each_thing AS (
  SELECT
    'movements' AS held,
    COUNT(*) AS compared,
    COALESCE(CAST(SUM(agreeing) AS Nullable(Int64)), 0) AS agreed
  FROM point_told
  UNION ALL
  SELECT
    'members' AS held,
    COUNT(told) AS compared,
    COUNT(CASE WHEN difference = 0 THEN 1 END) AS agreed
  FROM point_accounts
)
SELECT
  held,
  compared,
  agreed
FROM each_thing
