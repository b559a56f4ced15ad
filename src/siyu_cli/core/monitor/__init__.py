"""Is anything out of the ordinary: the shop's figures day by day, watched within a budget of false alarms."""
