"""The audit chain: each entry carries the keyed hash of the one before, so that none can be changed, moved or taken.

What was taken from the end is told by a head that was noted elsewhere: every export prints it. Whoever has the key
can write a chain anew: keep heads where the ledger's keeper cannot change them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from siyu_cli.errors import LockError, Note
from siyu_cli.ledger.contact_tables import AUDIT
from siyu_cli.ledger.keyring import Keyring
from siyu_cli.ledger.sealing import hold_against

_BEGIN = "0" * 64
_HEAD = re.compile("[0-9]{1,9}-(?=[0-9]*[a-f])[0-9a-f]{1,64}", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The last entry: how many there are, and its keyed hash."""

    seq: int = 0
    mac: str = _BEGIN

    def __str__(self) -> str:
        """Return what is printed and noted: ``12-9f3c01d2a4b5c6d7``."""
        return f"{self.seq}-{self.mac[:16]}"


def head_of(connection: sa.Connection) -> Head:
    """Return the last entry."""
    row = connection.execute(sa.select(AUDIT.c.seq, AUDIT.c.mac).order_by(AUDIT.c.seq.desc()).limit(1)).first()
    return Head(row.seq, row.mac) if row else Head()


def append(
    connection: sa.Connection, ring: Keyring, action: str, now: datetime, facts: Mapping[str, Any],
    *, after: Head | None = None,
) -> Head:  # fmt: skip
    """Add an entry and return the new head; ``LockError`` where others wrote since ``after`` was read."""
    last = head_of(connection)
    if after is not None and after != last:
        raise changed_meanwhile()
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    row = {"seq": last.seq + 1, "at": at, "action": action, "facts": text, "before": last.mac}
    mac = ring.seal(_sealed(row))
    try:
        connection.execute(AUDIT.insert(), {**row, "mac": mac})
    except sa.exc.IntegrityError as error:
        raise changed_meanwhile() from error
    return Head(last.seq + 1, mac)


def changed_meanwhile() -> LockError:
    """Return the error for a ledger that somebody else has written to since it was read."""
    return LockError("Another siyu has written to this ledger meanwhile.", hint="Run the command again.")


def _sealed(row: Any) -> str:
    return json.dumps([row[key] for key in ("seq", "at", "action", "facts", "before")], ensure_ascii=False)


def entries(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return every entry, the first one first, its facts as a dict."""
    rows = connection.execute(AUDIT.select().order_by(AUDIT.c.seq)).mappings()
    return [{**row, "facts": json.loads(row["facts"])} for row in rows]


def _shown(text: str) -> str:
    """Return a head that was noted, or stars for what is none: it may be somebody's name."""
    return text if _HEAD.fullmatch(text) else "***"


def verify(connection: sa.Connection, ring: Keyring, noted: Sequence[str] = ()) -> list[Note]:
    """Return what is wrong with the chain, with what it vouches for and with the heads that were noted, if anything."""
    rows = [dict(row) for row in connection.execute(AUDIT.select().order_by(AUDIT.c.seq)).mappings()]
    found: list[Note] = []
    before, macs = Head(), {0: _BEGIN}
    for row in rows:
        if row["seq"] != before.seq + 1:
            facts = {"first": before.seq + 1, "last": row["seq"] - 1}
            found.append(Note("Entries {first} to {last} of the audit chain are gone.", facts, is_finding=True))
        elif row["before"] != before.mac:
            message = "Entry {seq} of the audit chain does not follow the one before: something was taken or moved."
            found.append(Note(message, {"seq": row["seq"]}, is_finding=True))
        if ring.seal(_sealed(row)) != row["mac"]:
            found.append(Note("Entry {seq} of the audit chain was changed.", {"seq": row["seq"]}, is_finding=True))
        before = Head(row["seq"], row["mac"])
        macs[row["seq"]] = row["mac"]
    for text in noted:
        seq, _dash, digits = text.strip().partition("-")
        mac = macs.get(int(seq)) if seq.isdecimal() else None
        if mac is None or not digits or not mac.startswith(digits.lower()):
            message = (
                "The head {head} is not in the audit chain: entries were taken from its end, or it was begun anew."
            )
            found.append(Note(message, {"head": _shown(text.strip())}, is_finding=True))
    return found or hold_against(connection, ring, rows)
