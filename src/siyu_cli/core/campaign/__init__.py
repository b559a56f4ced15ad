"""Campaigns: a plan within a budget, with proof; its result; what was learned for the next one."""
