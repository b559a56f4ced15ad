/* sources: one row per member and source that a share of them is given; members of whom none is known have no row. */
/* reads   members, milestones, touches */
/* takes   $by            what the source is: source_channel, campaign, partner, store or owner */
/*         $attribution   first, last, or even: all sources alike */
/* Only what touched a member before or on the day of their first order brought them; where nothing did, whatever touched */
/* them. On one date the list of members goes first, then invites, then friends added. What a list says without a date */
/* counts where nothing is dated. Of a member touched by several sources each is given one of so many shares. */
WITH told AS (
  SELECT
    member_id,
    touched_on,
    CASE WHEN kind = 'member' THEN 0 WHEN kind = 'invite' THEN 1 ELSE 2 END AS place,
    CASE
      WHEN CAST('source_channel' AS Nullable(String)) = 'campaign'
      THEN campaign
      WHEN CAST('source_channel' AS Nullable(String)) = 'partner'
      THEN partner
      WHEN CAST('source_channel' AS Nullable(String)) = 'store'
      THEN store
      WHEN CAST('source_channel' AS Nullable(String)) = 'owner'
      THEN owner
      ELSE source_channel
    END AS source
  FROM touches
  UNION ALL
  SELECT
    member_id,
    CAST(NULL AS Nullable(DATE)) AS touched_on,
    3 AS place,
    CASE
      WHEN CAST('source_channel' AS Nullable(String)) = 'campaign'
      THEN first_campaign
      WHEN CAST('source_channel' AS Nullable(String)) = 'store'
      THEN store
      WHEN CAST('source_channel' AS Nullable(String)) = 'owner'
      THEN owner
      WHEN CAST('source_channel' AS Nullable(String)) = 'source_channel'
      THEN source_channel
    END AS source
  FROM members
), dated AS (
  SELECT
    member_id,
    source,
    touched_on,
    place,
    CASE WHEN touched_on IS NULL THEN 2 WHEN touched_on > first_on THEN 1 ELSE 0 END AS late
  FROM told
  LEFT JOIN milestones
    USING (member_id)
  WHERE
    NOT (
      source IS NULL
    )
), in_time AS (
  SELECT
    member_id,
    MIN(late) AS least_late
  FROM dated
  GROUP BY
    member_id
), counted AS (
  SELECT
    member_id,
    source,
    touched_on,
    place
  FROM dated
  JOIN in_time
    USING (member_id)
  WHERE
    late = least_late
), ranked AS (
  SELECT
    member_id,
    source,
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY touched_on, place, source) AS from_first,
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY touched_on DESC, place, source) AS from_last
  FROM counted
), each_once AS (
  SELECT
    member_id,
    source
  FROM counted
  GROUP BY
    member_id,
    source
), parted AS (
  SELECT
    member_id,
    COUNT(*) AS shares
  FROM each_once
  GROUP BY
    member_id
), chosen AS (
  SELECT
    member_id,
    source,
    CAST(1 AS Nullable(Int64)) AS shares
  FROM ranked
  WHERE
    (
      CAST('first' AS Nullable(String)) = 'first' AND from_first = 1
    )
    OR (
      CAST('first' AS Nullable(String)) = 'last' AND from_last = 1
    )
  UNION ALL
  SELECT
    member_id,
    source,
    shares
  FROM each_once
  JOIN parted
    USING (member_id)
  WHERE
    CAST('first' AS Nullable(String)) = 'even'
)
SELECT
  member_id,
  source,
  shares
FROM chosen
