"""What was done and must not be forgotten: runs, rules, reports, snapshots."""

# Where a shop's memory lies, beside its siyu.toml, and where commands note there which folders they make.
FOLDER, WORKING = ".siyu", "working"
