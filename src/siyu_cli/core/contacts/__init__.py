"""Whom a list may lawfully reach: eligibility, what the law looks at, the texts, and what is told of all that."""
