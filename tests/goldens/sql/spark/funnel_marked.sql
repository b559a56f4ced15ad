/* funnel_marked: one row per member and date of entering, told apart by what the event says with which they entered. */
/* reads   funnel_entries, events */
/* takes   $kind        of the first step */
/*         $parted_by   entry_title, entry_campaign, entry_channel, entry_owner or entry_store */
/* Where a member has several such events on that date, the first by name counts. */
WITH named AS (
  SELECT
    member_id,
    happened_on AS entry_on,
    CASE
      WHEN CAST('entry_title' AS STRING) = 'entry_title'
      THEN title
      WHEN CAST('entry_title' AS STRING) = 'entry_campaign'
      THEN campaign
      WHEN CAST('entry_title' AS STRING) = 'entry_channel'
      THEN source_channel
      WHEN CAST('entry_title' AS STRING) = 'entry_owner'
      THEN owner
      WHEN CAST('entry_title' AS STRING) = 'entry_store'
      THEN store
    END AS mark
  FROM events
  WHERE
    kind = CAST('order' AS STRING)
), marks AS (
  SELECT
    member_id,
    entry_on,
    MIN(mark) AS part
  FROM named
  GROUP BY
    member_id,
    entry_on
)
SELECT
  member_id,
  part,
  fate,
  entry_on
FROM (
  SELECT
    member_id,
    fate,
    entry_on
  FROM funnel_entries
) AS entered
LEFT JOIN marks
  USING (member_id, entry_on)
