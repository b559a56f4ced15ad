"""The tables of contacts as they were first: one row per contact. Ledgers that have them are brought up to date.

Released tables are never edited: what they became stands in ``contact_tables``.
"""

from __future__ import annotations

import sqlalchemy as sa

_METADATA = sa.MetaData()
_MARK = 32

KEYS = sa.Table("contact_keys", _METADATA, sa.Column("fingerprint", sa.String(64), primary_key=True))

EXPORTS = sa.Table(
    "exports",
    _METADATA,
    sa.Column("export_id", sa.String(40), primary_key=True),
    sa.Column("run_id", sa.String(40), nullable=False),
    sa.Column("campaign", sa.String(200), nullable=False),
    sa.Column("campaign_mark", sa.String(_MARK), nullable=False, index=True),
    sa.Column("destination", sa.String(60), nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("sent_on", sa.Date, nullable=False, index=True),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("files", sa.JSON, nullable=False),
)

CONTACTS = sa.Table(
    "export_contacts",
    _METADATA,
    sa.Column("contact_id", sa.String(_MARK), primary_key=True),
    sa.Column("export_id", sa.String(40), nullable=False, index=True),
    sa.Column("member", sa.String(_MARK), nullable=False, index=True),
    sa.Column("address", sa.String(_MARK), index=True),
    sa.Column("owner", sa.String(_MARK)),
)

EXCLUSIONS = sa.Table(
    "export_exclusions",
    _METADATA,
    sa.Column("export_id", sa.String(40), primary_key=True),
    sa.Column("member", sa.String(_MARK), primary_key=True, index=True),
    sa.Column("reason", sa.String(40), nullable=False),
)

sa.Table(
    "suppressions",
    _METADATA,
    sa.Column("mark", sa.String(_MARK), primary_key=True),
    sa.Column("channel", sa.String(20), primary_key=True),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("added_at", sa.String(32), nullable=False),
)

sa.Table(
    "tombstones",
    _METADATA,
    sa.Column("mark", sa.String(_MARK), primary_key=True),
    sa.Column("forgotten_at", sa.String(32), nullable=False),
)

sa.Table(
    "audit",
    _METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("before", sa.String(64), nullable=False),
    sa.Column("mac", sa.String(64), nullable=False),
)


def create_contact_tables(connection: sa.Connection) -> None:
    """Add the tables to a ledger that has none of them."""
    _METADATA.create_all(connection)


def are_there(connection: sa.Connection) -> bool:
    """Return whether contacts still stand in rows of their own: packing them needs the key."""
    return sa.inspect(connection).has_table(CONTACTS.name)


def has_rows(connection: sa.Connection) -> bool:
    """Return whether there is anything to pack."""
    return any(connection.execute(sa.select(table).limit(1)).first() for table in (CONTACTS, EXCLUSIONS))


def remove(connection: sa.Connection) -> None:
    """Take the rows away, packed or never there."""
    for table in (CONTACTS, EXCLUSIONS):
        table.drop(connection)
