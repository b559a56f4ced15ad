"""Tables of risks: what people decided about each, in the order they did, and which notifications were taken.

Nothing in them is ever changed or removed: what holds of a risk is what was last said of it. Who answers for one is
kept as it was typed, since nobody could be asked otherwise; of a notification its service is kept, never its address.
A table that was released is never edited; what changes later is a migration of its own.
"""

from __future__ import annotations

import sqlalchemy as sa

_METADATA = sa.MetaData()
_MOMENT = 32  # ISO 8601 in UTC

RISK_CHANGES = sa.Table(
    "risk_changes",
    _METADATA,
    sa.Column("risk_id", sa.String(10), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … of each risk
    sa.Column("at", sa.String(_MOMENT), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("run_id", sa.String(40), nullable=False),
    sa.Column("changes", sa.JSON, nullable=False),  # what was said: owner, due_on, status …
)

NOTICES = sa.Table(
    "notices",
    _METADATA,
    sa.Column("run_id", sa.String(40), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),  # 0, 1, 2 … as the addresses were given
    sa.Column("at", sa.String(_MOMENT), nullable=False),
    sa.Column("sent_on", sa.Date, nullable=False),
    sa.Column("service", sa.String(60), nullable=False),  # without what is secret in its address
    sa.Column("is_taken", sa.Boolean, nullable=False),
)


def create_risk_tables(connection: sa.Connection) -> None:
    """Add the tables to a ledger that has none of them."""
    _METADATA.create_all(connection)
