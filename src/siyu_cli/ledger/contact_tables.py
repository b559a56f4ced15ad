"""Tables of who was contacted, who was left out and why, who must not be contacted, and of the chain that proves it.

Nobody stands in them by name, phone or id: a member is a keyed hash (see ``keyring``), made anew from whatever file
names them next. A table that was released is never edited; what changes later is a migration of its own.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
_MARK = 32  # hexadecimal digits of a keyed hash
_MOMENT = 32  # ISO 8601 in UTC

KEYS = sa.Table("contact_keys", METADATA, sa.Column("fingerprint", sa.String(64), primary_key=True))

EXPORTS = sa.Table(
    "exports",
    METADATA,
    sa.Column("export_id", sa.String(40), primary_key=True),
    sa.Column("run_id", sa.String(40), nullable=False),
    sa.Column("campaign", sa.String(200), nullable=False),  # masked, for people
    sa.Column("campaign_mark", sa.String(_MARK), nullable=False, index=True),
    sa.Column("destination", sa.String(60), nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("sent_on", sa.Date, nullable=False, index=True),
    # pending: the files have no names yet; done: they have. One that was undone is removed, the chain tells of it.
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("files", sa.JSON, nullable=False),
)

CONTACTS = sa.Table(
    "export_contacts",
    METADATA,
    # The keyed hash of campaign, destination and member: nobody gets the same campaign there twice.
    sa.Column("contact_id", sa.String(_MARK), primary_key=True),
    sa.Column("export_id", sa.String(40), nullable=False, index=True),
    sa.Column("member", sa.String(_MARK), nullable=False, index=True),
    sa.Column("address", sa.String(_MARK), index=True),
    sa.Column("owner", sa.String(_MARK)),
)

EXCLUSIONS = sa.Table(
    "export_exclusions",
    METADATA,
    sa.Column("export_id", sa.String(40), primary_key=True),
    sa.Column("member", sa.String(_MARK), primary_key=True, index=True),
    sa.Column("reason", sa.String(40), nullable=False),
)

SUPPRESSIONS = sa.Table(
    "suppressions",
    METADATA,
    sa.Column("mark", sa.String(_MARK), primary_key=True),
    sa.Column("channel", sa.String(20), primary_key=True),  # all, or one
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("added_at", sa.String(_MOMENT), nullable=False),
)

TOMBSTONES = sa.Table(
    "tombstones",
    METADATA,
    sa.Column("mark", sa.String(_MARK), primary_key=True),
    sa.Column("forgotten_at", sa.String(_MOMENT), nullable=False),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …: also keeps two writers apart
    sa.Column("at", sa.String(_MOMENT), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("facts", sa.Text, nullable=False),  # JSON, the very text that was hashed
    sa.Column("before", sa.String(64), nullable=False),
    sa.Column("mac", sa.String(64), nullable=False),
)


def create_contact_tables(connection: sa.Connection) -> None:
    """Add the tables to a ledger that has none of them."""
    METADATA.create_all(connection)
