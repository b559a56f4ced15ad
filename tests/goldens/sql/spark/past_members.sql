/* past_members: one row per member there was one horizon ago, with the groups they stood in then. */
/* reads   segments */
/* segments are those of the earlier date; what a members export says of level, owner or points is as exported today. */
SELECT
  member_id,
  stage,
  rfm_segment,
  custom_segments
FROM segments
