-- one_member: the rows of one member in a table that explain.py puts in for features.
--
-- reads   features
-- takes   $member_id

select * from features where member_id = $member_id
