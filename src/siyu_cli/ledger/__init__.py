"""What was done and must not be forgotten: runs, rules, reports, snapshots."""
