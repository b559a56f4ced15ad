"""Funnels: how many came from one step to the next within a window, how soon, and who stopped where."""
