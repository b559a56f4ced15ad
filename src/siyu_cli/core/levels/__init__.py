"""Levels: the shop's rule replayed on every member, held against the levels it exports, and what comes next."""
