"""Retention: who of those that began at one time came back, when, and what that did to the shop."""
