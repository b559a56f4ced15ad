"""Risks: what is measured of them, what people decided, what needs somebody this week."""
