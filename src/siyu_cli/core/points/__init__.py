"""Points: a ledger replayed lot by lot, held against what the platform says."""
