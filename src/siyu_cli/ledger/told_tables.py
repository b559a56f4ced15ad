"""What group chats have been told of, so that nobody hears of one episode twice."""

from __future__ import annotations

import sqlalchemy as sa

_METADATA = sa.MetaData()

TOLD = sa.Table(
    "told",
    _METADATA,
    sa.Column("mark", sa.String(32), primary_key=True),  # of the episode, by the shop's key: it may name an employee
    sa.Column("run_id", sa.String(40), nullable=False),
)


def create_told_tables(connection: sa.Connection) -> None:
    """Make the table."""
    _METADATA.create_all(connection)
