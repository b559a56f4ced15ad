"""What is remembered of contacts: who was sent what and when, who must not be, who is forgotten.

Everything personal comes in as text and is kept as a mark (``keyring``); nothing here turns a mark back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from siyu_cli.ledger import audit
from siyu_cli.ledger.contact_tables import EXPORTS, PEOPLE, SUPPRESSIONS, TOMBSTONES
from siyu_cli.ledger.keyring import Keyring, open_keyring
from siyu_cli.ledger.ledger import Ledger
from siyu_cli.ledger.marking import MARK, Texts
from siyu_cli.ledger.packing import insert_people, pack_first_rows
from siyu_cli.ledger.packs import People
from siyu_cli.ledger.past import ALL_CHANNELS, SENT, AskedContacts, Past, read_past, sent_in
from siyu_cli.ledger.sealing import seal_export

_TOLD = (EXPORTS.c.sent_on, EXPORTS.c.campaign, EXPORTS.c.destination, EXPORTS.c.channel, EXPORTS.c.export_id)


@dataclass(frozen=True)
class Sending:
    """One export as it is recorded: what becomes of each of the people of ``past``, ``sent`` or why not.

    ``owners`` says how many contacts each employee gets by it; ``folder`` is where its files go, seen from the shop's.
    """

    asked: AskedContacts
    shown_campaign: str
    past: Past = field(repr=False)
    fates: Sequence[str] = field(repr=False)
    owners: Mapping[str, int] = field(default_factory=dict, repr=False)
    folder: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def packs(self) -> dict[str, People]:
        """Return the people by what becomes of them, those who are sent first."""
        encoded = pa.array(self.fates, pa.string()).dictionary_encode()
        codes, names = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
        order = sorted(range(len(names)), key=lambda code: (names[code] != SENT, names[code]))
        return {names[code]: self.past.people.where(codes == code) for code in order}


@dataclass(frozen=True)
class Names:
    """People by the ids they go by, and their phones of 11 digits."""

    members: tuple[str, ...] = field(repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)


class ContactBook:
    """The contacts of one ledger. Raises as ``Ledger`` does, and ``DataError`` where the key is not the ledger's."""

    def __init__(self, ledger: Ledger, now: datetime) -> None:
        self.ledger = ledger
        with ledger.begin() as connection:
            self.ring: Keyring = open_keyring(connection, ledger.folder)
            pack_first_rows(connection, self.ring, now)

    def past(self, members: Texts, phones: Texts, asked: AskedContacts) -> Past:
        """Return what is known of these people; ``phones`` are theirs, 11 digits or none."""
        people = People(self.ring.marks("member", members), self.ring.marks("phone", phones))
        with self.ledger.begin() as connection:
            return read_past(connection, self.ring, people, asked)

    def record(
        self, connection: sa.Connection, run_id: str, sending: Sending, files: Sequence[Mapping[str, Any]],
        *, now: datetime,
    ) -> audit.Head:  # fmt: skip
        """Record an export as pending, with an entry of the chain, and return the new head.

        ``LockError`` where anybody wrote to the ledger since its past was read: caps would no longer hold.
        """
        asked, packs = sending.asked, sending.packs()
        sent = packs.get(SENT, People(b"", b""))
        self._check_new(connection, asked, sent)
        owners = sending.owners
        connection.execute(EXPORTS.insert(), {
            "export_id": run_id, "run_id": run_id, "campaign": sending.shown_campaign,
            "campaign_mark": self.ring.mark("campaign", asked.campaign), "destination": asked.destination,
            "channel": asked.channel, "sent_on": asked.on, "status": "pending", "files": [dict(file) for file in files],
            "folder": sending.folder, "owners": {self.ring.mark("owner", one): owners[one] for one in sorted(owners)},
        })  # fmt: skip
        insert_people(connection, run_id, packs)
        facts = {**sending.facts, "export_id": run_id, "campaign": sending.shown_campaign, "files": list(files)}
        facts |= {"destination": asked.destination, "sent": len(sent), "sent_on": asked.on.isoformat()}
        facts["seal"] = seal_export(connection, self.ring, run_id)
        return audit.append(connection, self.ring, "export", now, facts, after=sending.past.head)

    def _check_new(self, connection: sa.Connection, asked: AskedContacts, sent: People) -> None:
        """Refuse whoever has had this campaign there, whatever was known when the list was made."""
        query = sa.select(EXPORTS.c.export_id).where(
            EXPORTS.c.campaign_mark == self.ring.mark("campaign", asked.campaign),
            EXPORTS.c.destination == asked.destination,
        )
        before = [sent_in(connection, one).members for one in connection.execute(query).scalars().all()]
        whole = b"".join(before)
        had = {whole[start : start + MARK].hex() for start in range(0, len(whole), MARK)}
        if had and sent.are_among(had).any():
            raise audit.changed_meanwhile()

    def undo(self, connection: sa.Connection, export_id: str, now: datetime) -> None:
        """Take back an export whose files never got their names; the chain tells of both."""
        for table in (PEOPLE, EXPORTS):
            connection.execute(table.delete().where(table.c.export_id == export_id))
        audit.append(connection, self.ring, "export-undone", now, {"export_id": export_id})

    # --- Who must not be contacted ------------------------------------------------------------------------

    def suppress(self, names: Names, channel: str, reason: str, now: datetime) -> audit.Head:
        """Have people never contacted again by a channel, or by any; ``reason`` is masked already."""
        marks = self.marks_of(names)
        keys = [{"one": mark, "by": channel} for mark in marks]
        rows = [{"mark": mark, "channel": channel, "reason": reason, "added_at": _iso(now)} for mark in marks]
        is_same = sa.and_(
            SUPPRESSIONS.c.mark == sa.bindparam("one"), SUPPRESSIONS.c.channel == sa.bindparam("by")
        )  # fmt: skip
        with self.ledger.begin() as connection:
            connection.execute(SUPPRESSIONS.delete().where(is_same), keys)
            connection.execute(SUPPRESSIONS.insert(), rows)
            facts = {"marks": marks, "channel": channel, "reason": reason}
            return audit.append(connection, self.ring, "suppress", now, facts)

    def unsuppress(self, names: Names, channel: str, now: datetime) -> int:
        """Let somebody be contacted again and return how many entries were removed."""
        marks = self.marks_of(names)
        removed = SUPPRESSIONS.delete().where(SUPPRESSIONS.c.mark.in_(marks))
        if channel != ALL_CHANNELS:
            removed = removed.where(SUPPRESSIONS.c.channel == channel)
        with self.ledger.begin() as connection:
            count = connection.execute(removed).rowcount
            if count:
                audit.append(connection, self.ring, "unsuppress", now, {"marks": marks, "channel": channel})
        return count

    def suppressed(self, names: Names | None = None) -> list[dict[str, Any]]:
        """Return the entries, of one person or of all, the first one first."""
        query = SUPPRESSIONS.select().order_by(SUPPRESSIONS.c.added_at, SUPPRESSIONS.c.mark)
        if names is not None:
            query = query.where(SUPPRESSIONS.c.mark.in_(self.marks_of(names)))
        with self.ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    # --- What was done ------------------------------------------------------------------------------------

    def contacts_of(self, names: Names) -> list[dict[str, Any]]:
        """Return every contact of a person and every time they were left out, the first one first."""
        with self.ledger.begin() as connection:
            exports = {row.export_id: row for row in connection.execute(sa.select(*_TOLD))}
            return _in_order(
                {**exports[export_id]._mapping, "fate": fate}
                for export_id, fate, _part, people, flags in self._standing(connection, names)
                if export_id in exports
                for _time in range(int(flags.sum()))
            )

    def _standing(self, connection: sa.Connection, names: Names) -> Iterator[tuple[str, str, int, People, Any]]:
        """Yield the parts in which somebody stands, with who it is; one part is in memory at a time."""
        marks = set(self.marks_of(names))
        keys = (PEOPLE.c.export_id, PEOPLE.c.fate, PEOPLE.c.part)
        for export_id, fate, part in connection.execute(sa.select(*keys)).all():
            is_it = sa.and_(*(key == value for key, value in zip(keys, (export_id, fate, part), strict=True)))
            row = connection.execute(sa.select(PEOPLE.c.members, PEOPLE.c.phones).where(is_it)).one()
            people = People(row.members, row.phones)
            flags = people.are_among(marks)
            if flags.any():
                yield export_id, fate, part, people, flags

    def exports_with(self, names: Names) -> list[dict[str, Any]]:
        """Return the exports whose files somebody went into."""
        with self.ledger.begin() as connection:
            found = {export_id for export_id, fate, *_rest in self._standing(connection, names) if fate == SENT}
            query = EXPORTS.select().order_by(EXPORTS.c.sent_on, EXPORTS.c.export_id)
            return [dict(row) for row in connection.execute(query).mappings() if row["export_id"] in found]

    def contacts_in(self, campaign: str) -> list[dict[str, Any]]:
        """Return per export of a campaign how many were sent it, and per reason how many were not."""
        members = (sa.func.sum(sa.func.length(PEOPLE.c.members)) / MARK).label("members")
        query = sa.select(*_TOLD, PEOPLE.c.fate, members).join(PEOPLE, PEOPLE.c.export_id == EXPORTS.c.export_id)
        query = query.where(EXPORTS.c.campaign_mark == self.ring.mark("campaign", campaign))
        with self.ledger.begin() as connection:
            rows = connection.execute(query.group_by(*_TOLD, PEOPLE.c.fate)).mappings()
            return _in_order({**row, "members": int(row["members"])} for row in rows)

    def audit_entries(self) -> list[dict[str, Any]]:
        """Return the audit chain, the first entry first."""
        with self.ledger.begin() as connection:
            return audit.entries(connection)

    def verify(self, noted: Sequence[str] = ()) -> list[Any]:
        """Return what is wrong with the chain; see ``audit.verify``."""
        with self.ledger.begin() as connection:
            return audit.verify(connection, self.ring, noted)

    @property
    def head(self) -> audit.Head:
        """Return the last entry of the chain."""
        with self.ledger.begin() as connection:
            return audit.head_of(connection)

    # --- Who is forgotten ---------------------------------------------------------------------------------

    def bury(self, connection: sa.Connection, names: Names, now: datetime) -> int:
        """Remove a person's contacts, exclusions and suppressions, leave a tombstone; return how many contacts."""
        marks = self.marks_of(names)
        standing = list(self._standing(connection, names))
        touched = sorted({export_id for export_id, *_rest in standing})
        was = {one: seal_export(connection, self.ring, one) for one in touched}
        for export_id, fate, part, people, flags in standing:
            _take_out(connection, (export_id, fate, part), people.where(~flags))
        connection.execute(SUPPRESSIONS.delete().where(SUPPRESSIONS.c.mark.in_(marks)))
        known = set(connection.execute(sa.select(TOMBSTONES.c.mark).where(TOMBSTONES.c.mark.in_(marks))).scalars())
        new = [{"mark": one, "forgotten_at": _iso(now)} for one in marks if one not in known]
        if new:
            connection.execute(TOMBSTONES.insert(), new)
        exports = {one: {"was": was[one], "is": seal_export(connection, self.ring, one)} for one in touched}
        audit.append(connection, self.ring, "forget", now, {"marks": marks, "exports": exports})
        return sum(int(flags.sum()) for _export, fate, _part, _people, flags in standing if fate == SENT)

    def marks_of(self, names: Names) -> list[str]:
        """Return every mark by which these people may stand in the tables."""
        found = [self.ring.mark("member", one) for one in (*names.members, *names.phones)]
        return list(dict.fromkeys([*found, *(self.ring.mark("phone", one) for one in names.phones)]))


def mark_of_forgotten(ledger: Ledger) -> str:
    """Return a digest of all tombstones, empty where there is none."""
    with ledger.begin() as connection:
        dead = sorted(connection.execute(sa.select(TOMBSTONES.c.mark)).scalars())
    return hashlib.sha256("".join(dead).encode()).hexdigest() if dead else ""


def forgotten(ledger: Ledger, names: Iterable[str]) -> list[str]:
    """Return those ids and phones whose bearers asked to be forgotten; nothing is looked at where nobody did."""
    with ledger.begin() as connection:
        dead = set(connection.execute(sa.select(TOMBSTONES.c.mark)).scalars())
        if not dead:
            return []
        ring = open_keyring(connection, ledger.folder)
    every = list(names)
    found = People(ring.marks("member", every), ring.marks("phone", every)).are_among(dead)
    return [name for name, is_dead in zip(every, found, strict=True) if is_dead]


def _take_out(connection: sa.Connection, key: tuple[str, str, int], left: People) -> None:
    export_id, fate, part = key
    is_it = sa.and_(PEOPLE.c.export_id == export_id, PEOPLE.c.fate == fate, PEOPLE.c.part == part)
    connection.execute(PEOPLE.update().where(is_it).values(members=left.members, phones=left.phones))


def _in_order(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in rows), key=lambda row: (row["sent_on"], row["export_id"], row["fate"]))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
