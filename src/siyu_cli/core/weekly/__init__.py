"""The shop's week on one page: what changed, what is usual, what is to be done by whom."""
