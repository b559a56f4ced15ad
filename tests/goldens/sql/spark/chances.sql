/* chances: one row per buyer: the chance of being alive, of staying silent for $horizon_days, and orders to expect. */
/* reads   histories, expectations */
/* takes   $horizon_days, the fitted $r, $alpha, $a, $b (time in weeks), and */
/*         $first_chance   1 where a member may leave after the first order (MBG/NBD), 0 where not (BG/NBD) */
/* In logs until the end: ((alpha + T) / (alpha + t_x)) ** (r + x) overflows for a loyal member gone silent, and */
/* exp() of more than 700 leaves double, on some engines with an error. */
WITH weeks AS (
  SELECT
    member_id,
    repeats,
    tenure_days,
    CAST(repeats AS DOUBLE) AS x,
    CAST(active_days AS DOUBLE) / 7 AS t_x,
    CAST(tenure_days AS DOUBLE) / 7 AS t,
    CAST(CAST('90' AS BIGINT) AS DOUBLE) / 7 AS h
  FROM histories
), exponents AS (
  SELECT
    member_id,
    repeats,
    tenure_days,
    h * (
      CAST('0.5' AS DOUBLE) + x
    ) / NULLIF(CAST('6.5' AS DOUBLE) + t, 0) AS orders_on_rhythm,
    CASE
      WHEN x + CAST('1' AS BIGINT) > 0
      THEN LN(CAST('0.9' AS DOUBLE)) - LN(CAST('1.5' AS DOUBLE) + x + CAST('1' AS BIGINT) - 1) + (
        CAST('0.5' AS DOUBLE) + x
      ) * (
        LN(CAST('6.5' AS DOUBLE) + t) - LN(CAST('6.5' AS DOUBLE) + t_x)
      )
    END AS log_odds_gone,
    (
      CAST('0.5' AS DOUBLE) + x
    ) * (
      LN(CAST('6.5' AS DOUBLE) + t) - LN(CAST('6.5' AS DOUBLE) + t + h)
    ) AS log_silent_if_alive
  FROM weeks
), alive AS (
  SELECT
    member_id,
    repeats,
    tenure_days,
    orders_on_rhythm,
    COALESCE(1 / NULLIF(1 + EXP(LEAST(log_odds_gone, 700)), 0), 1) AS p_alive,
    EXP(LEAST(log_silent_if_alive, 0)) AS p_silent_if_alive
  FROM exponents
)
SELECT
  member_id,
  p_alive,
  1 - p_alive * (
    1 - p_silent_if_alive
  ) AS churn_probability,
  p_alive * orders_if_alive AS expected_orders,
  orders_on_rhythm
FROM alive
JOIN expectations
  USING (repeats, tenure_days)
