"""What the audit chain vouches for: each export with its people, who is left alone, who is forgotten.

The chain is replayed: what it says there should be is held against what is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from siyu_cli.errors import Note
from siyu_cli.ledger.contact_tables import EXPORTS, PEOPLE, SUPPRESSIONS, TOMBSTONES
from siyu_cli.ledger.first_contact_tables import CONTACTS, are_there
from siyu_cli.ledger.keyring import Keyring

_DIGEST_BITS = 128


def seal_export(connection: sa.Connection, ring: Keyring, export_id: str) -> str | None:
    """Return the keyed hash of all that an export left in the tables, but for its status; None where it left nothing.

    Parts are read one at a time: an export may have reached millions.
    """
    row = connection.execute(EXPORTS.select().where(EXPORTS.c.export_id == export_id)).mappings().first()
    keys = connection.execute(sa.select(PEOPLE.c.fate, PEOPLE.c.part).where(PEOPLE.c.export_id == export_id)).all()
    if row is None and not keys:
        return None
    one = ring.sealing()
    facts = {key: value for key, value in (row or {}).items() if key != "status"}
    one.update(json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str).encode())
    for fate, part in sorted(tuple(key) for key in keys):
        whole = sa.select(PEOPLE.c.members, PEOPLE.c.phones).where(
            PEOPLE.c.export_id == export_id, PEOPLE.c.fate == fate, PEOPLE.c.part == part
        )
        people = connection.execute(whole).one()
        one.update(f"\0{fate}\0{part}\0{len(people.members)}\0{len(people.phones)}\0".encode())
        one.update(people.members)
        one.update(people.phones)
    return one.hexdigest()


@dataclass
class Vouched:
    """What there should be by a chain, as its entries are taken one by one."""

    exports: dict[str, str] = field(default_factory=dict)
    suppressions: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    tombstones: dict[str, str] = field(default_factory=dict)
    found: list[Note] = field(default_factory=list)

    def take(self, row: Mapping[str, Any]) -> None:
        """Take one entry."""
        facts = json.loads(row["facts"])
        match row["action"]:
            case "export":
                self.exports[facts["export_id"]] = facts.get("seal") or facts["digest"]
            case "export-undone":
                self.exports.pop(facts["export_id"], None)
            case "packed":
                self._restate(facts["exports"])
            case "suppress":
                for mark in facts["marks"]:
                    self.suppressions[mark, facts["channel"]] = (facts["reason"], row["at"])
            case "unsuppress":
                self._unsuppress(facts["marks"], facts["channel"])
            case "forget":
                self._forget(facts, row["at"])

    def _unsuppress(self, marks: Iterable[str], channel: str) -> None:
        gone = set(marks)
        for key in [key for key in self.suppressions if key[0] in gone and channel in ("all", key[1])]:
            del self.suppressions[key]

    def _forget(self, facts: Mapping[str, Any], at: str) -> None:
        self._unsuppress(facts["marks"], "all")
        for mark in facts["marks"]:
            self.tombstones.setdefault(mark, at)
        self._restate(facts.get("exports", {}))
        for export_id, digest in facts.get("contacts", {}).items():  # as it was written at first
            left = (int(self.exports.get(export_id, "0"), 16) - int(digest, 16)) % 2**_DIGEST_BITS
            self.exports[export_id] = f"{left:032x}"

    def _restate(self, exports: Mapping[str, Mapping[str, str]]) -> None:
        """Take exports that were lawfully changed; what was changed before that stays told."""
        for export_id, seals in exports.items():
            if self.exports.get(export_id) != seals["was"]:
                self.found.append(_changed(export_id))
            self.exports[export_id] = seals["is"]


def hold_against(connection: sa.Connection, ring: Keyring, chain: Sequence[Mapping[str, Any]]) -> list[Note]:
    """Return what in the tables is not as the chain says."""
    vouched = Vouched()
    for row in chain:
        vouched.take(row)
    there = _seals(connection, ring)
    names = sorted(vouched.exports.keys() | there.keys())
    found = [*vouched.found, *(_changed(one) for one in names if vouched.exports.get(one) != there.get(one))]
    suppressed = connection.execute(SUPPRESSIONS.select()).all()
    if {(row.mark, row.channel): (row.reason, row.added_at) for row in suppressed} != vouched.suppressions:
        message = "The people left alone are not those that were recorded: rows were added, changed or removed."
        found.append(Note(message, is_finding=True))
    if {row.mark: row.forgotten_at for row in connection.execute(TOMBSTONES.select())} != vouched.tombstones:
        message = "The people forgotten are not those that were recorded: rows were added, changed or removed."
        found.append(Note(message, is_finding=True))
    return found


def _changed(export_id: str) -> Note:
    message = "The contacts of export {export} are not those that were recorded: rows were added, changed or removed."
    return Note(message, {"export": export_id}, is_finding=True)


def _seals(connection: sa.Connection, ring: Keyring) -> dict[str, str]:
    of_packs = connection.execute(sa.select(PEOPLE.c.export_id).distinct()).scalars()
    names = {*of_packs, *connection.execute(sa.select(EXPORTS.c.export_id)).scalars()}
    if are_there(connection):
        return {name: first_digest(connection, name) for name in names}
    return {name: seal for name in names if (seal := seal_export(connection, ring, name))}


def first_digest(connection: sa.Connection, export_id: str) -> str:
    """Return the digest by which contacts in rows of their own were vouched for."""
    ids = connection.execute(sa.select(CONTACTS.c.contact_id).where(CONTACTS.c.export_id == export_id)).scalars()
    return f"{sum(int(one, 16) for one in ids) % 2**_DIGEST_BITS:032x}"
