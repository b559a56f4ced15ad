"""Tables of who was contacted, who was left out and why, who must not be contacted, and of the chain that proves it.

Nobody stands in them by name, phone or id: a member is a keyed hash (see ``keyring``), made anew from whatever file
names them next. A table that was released is never edited; what changes later is a migration of its own.
"""

from __future__ import annotations

import sqlalchemy as sa

from siyu_cli.ledger import first_contact_tables as first

_METADATA = sa.MetaData()
_MARK = 32  # hexadecimal digits of a keyed hash
_MOMENT = 32  # ISO 8601 in UTC

KEYS = sa.Table(
    "contact_keys",
    _METADATA,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("scheme", sa.String(20), nullable=False),  # how this ledger's marks are made: see ``keyring``
)

EXPORTS = sa.Table(
    "exports",
    _METADATA,
    sa.Column("export_id", sa.String(40), primary_key=True),
    sa.Column("run_id", sa.String(40), nullable=False),
    sa.Column("campaign", sa.String(200), nullable=False),  # masked, for people
    sa.Column("campaign_mark", sa.String(_MARK), nullable=False, index=True),
    sa.Column("destination", sa.String(60), nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("sent_on", sa.Date, nullable=False, index=True),
    # pending: the files have no names yet; done: they have. One that was undone is removed, the chain tells of it.
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("files", sa.JSON, nullable=False),  # file (``*`` for an employee's name), sha256, rows
    sa.Column("folder", sa.Text, nullable=False),  # where they went, from the shop's folder on
    sa.Column("owners", sa.JSON, nullable=False),  # {an employee's mark: contacts}
)

PEOPLE = sa.Table(
    "export_people",
    _METADATA,
    sa.Column("export_id", sa.String(40), primary_key=True),
    sa.Column("fate", sa.String(40), primary_key=True),  # sent, or why not
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),  # 0, 1, 2 …
    # 16 bytes of mark each, in one order; a million rows of their own would take longer to write than the files.
    sa.Column("members", sa.LargeBinary, nullable=False),
    sa.Column("phones", sa.LargeBinary, nullable=False),  # zeros where there is none
)

SUPPRESSIONS = sa.Table(
    "suppressions",
    _METADATA,
    sa.Column("mark", sa.String(_MARK), primary_key=True),
    sa.Column("channel", sa.String(20), primary_key=True),  # all, or one
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("added_at", sa.String(_MOMENT), nullable=False),
)

TOMBSTONES = sa.Table(
    "tombstones",
    _METADATA,
    sa.Column("mark", sa.String(_MARK), primary_key=True),
    sa.Column("forgotten_at", sa.String(_MOMENT), nullable=False),
)

AUDIT = sa.Table(
    "audit",
    _METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …: also keeps two writers apart
    sa.Column("at", sa.String(_MOMENT), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("facts", sa.Text, nullable=False),  # JSON, the very text that was hashed
    sa.Column("before", sa.String(64), nullable=False),
    sa.Column("mac", sa.String(64), nullable=False),
)

_ADDED = (
    "ALTER TABLE contact_keys ADD COLUMN scheme VARCHAR(20) NOT NULL DEFAULT 'hmac-sha256'",
    "ALTER TABLE exports ADD COLUMN folder TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE exports ADD COLUMN owners JSON NOT NULL DEFAULT '{}'",
)


def refuse_earlier(_connection: sa.Connection) -> None:
    """Change nothing: from this version on marks may be made as an earlier siyu, which would make others, cannot."""


def pack_contacts(connection: sa.Connection) -> None:
    """Make room for contacts in packs; rows of their own, if there are any, are packed once the key is there."""
    PEOPLE.create(connection)
    for statement in _ADDED:
        connection.exec_driver_sql(statement)
    if not first.has_rows(connection):
        first.remove(connection)
