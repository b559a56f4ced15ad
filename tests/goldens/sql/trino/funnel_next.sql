/* funnel_next: one row per way that came one step further: when it had taken the step before, and when this one. */
/* reads   funnel_latest, funnel_used, funnel_happenings */
/* takes   $kind            of this step */
/*         $previous_kind   of the step before */
/*         $order           strict: nothing of another kind may lie between the two */
/* funnel_latest are the ways that took the step before, funnel_used the dates on which they took an earlier step of */
/* this kind: two steps of a kind need two dates, while steps of two kinds may fall on one. */
WITH latest AS (
  SELECT
    member_id,
    entry_on,
    reached_on AS last_on,
    used_on
  FROM funnel_latest
  LEFT JOIN (
    SELECT
      member_id,
      entry_on,
      reached_on AS used_on
    FROM funnel_used
  ) AS earlier
    USING (member_id, entry_on)
), ahead AS (
  SELECT
    member_id,
    entry_on,
    last_on,
    used_on,
    kind,
    happened_on
  FROM latest
  JOIN funnel_happenings
    USING (member_id)
  WHERE
    happened_on >= last_on
    AND (
      kind = CAST('order' AS VARCHAR) OR CAST('ordered' AS VARCHAR) = 'strict'
    )
), nearest AS (
  SELECT
    member_id,
    entry_on,
    MIN(last_on) AS previous_on,
    MIN(
      CASE
        WHEN kind = CAST('order' AS VARCHAR)
        AND (
          kind <> CAST('registered' AS VARCHAR) OR happened_on > last_on
        )
        AND (
          used_on IS NULL OR happened_on > used_on
        )
        THEN happened_on
      END
    ) AS next_on,
    MIN(
      CASE
        WHEN kind <> CAST('order' AS VARCHAR)
        AND kind <> CAST('registered' AS VARCHAR)
        AND happened_on > last_on
        THEN happened_on
      END
    ) AS other_on
  FROM ahead
  GROUP BY
    member_id,
    entry_on
)
SELECT
  member_id,
  entry_on,
  previous_on,
  next_on AS reached_on
FROM nearest
WHERE
  NOT next_on IS NULL AND (
    other_on IS NULL OR other_on >= next_on
  )
