"""What is remembered of contacts: who was sent what and when, who must not be, who is forgotten.

Everything personal comes in as text and is kept as a mark (``keyring``); nothing here turns a mark back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from siyu_cli.ledger import audit
from siyu_cli.ledger.contact_tables import CONTACTS, EXCLUSIONS, EXPORTS, SUPPRESSIONS, TOMBSTONES
from siyu_cli.ledger.keyring import Keyring, open_keyring
from siyu_cli.ledger.ledger import Ledger

ALL_CHANNELS = "all"
_AT_ONCE = 10_000


@dataclass(frozen=True)
class Past:
    """What the ledger knows of the people of a list, in the order of the list.

    ``contacts`` are (date, channel, destination) of earlier contacts, by the member or by the phone; ``owners`` how
    many contacts each employee has had on the day.
    """

    is_forgotten: Sequence[bool]
    is_suppressed: Sequence[bool]
    was_sent: Sequence[bool]
    contacts: Sequence[Sequence[tuple[date, str, str]]]
    owners: Mapping[str, int]
    head: audit.Head = field(default_factory=audit.Head)


@dataclass(frozen=True)
class Asked:
    """What is asked of the past: which campaign, to where, by which channel, on which day, how far back."""

    campaign: str
    destination: str
    channel: str
    on: date
    days: int


@dataclass(frozen=True)
class Sending:
    """One export as it is recorded: members, phones, employees of those it goes to, in one order; who is left out."""

    asked: Asked
    shown_campaign: str
    members: Sequence[str] = field(repr=False)
    phones: Sequence[str | None] = field(repr=False)
    owners: Sequence[str | None] = field(repr=False)
    excluded: Sequence[tuple[str, str]] = field(repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)


class ContactBook:
    """The contacts of one ledger. Raises as ``Ledger`` does, and ``DataError`` where the key is not the ledger's."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        with ledger.begin() as connection:
            self.ring: Keyring = open_keyring(connection, ledger.folder)

    def past(self, members: Sequence[str], phones: Sequence[str | None], asked: Asked) -> Past:
        """Return what is known of these people; ``phones`` are theirs, 11 digits or none."""
        by_member, by_phone = self.ring.marks("member", members), self.ring.marks("phone", phones)
        with self.ledger.begin() as connection:
            dead = set(connection.execute(sa.select(TOMBSTONES.c.mark)).scalars())
            suppressed = sa.select(SUPPRESSIONS.c.mark)
            if asked.channel != "any":
                suppressed = suppressed.where(SUPPRESSIONS.c.channel.in_((ALL_CHANNELS, asked.channel)))
            quiet = set(connection.execute(suppressed).scalars())
            sent = self._sent(connection, asked)
            recent = _recent(connection, asked)
            owners = _owners(connection, asked)
            head = audit.head_of(connection)
        pairs = list(zip(by_member, by_phone, strict=True))
        return Past(
            [not dead.isdisjoint(pair) for pair in pairs],
            [not quiet.isdisjoint(pair) for pair in pairs],
            [not sent.isdisjoint(pair) for pair in pairs],
            [_joined(recent.get(member or ""), recent.get(phone or "")) for member, phone in pairs],
            _Counted(self.ring, owners),
            head,
        )

    def _sent(self, connection: sa.Connection, asked: Asked) -> set[str | None]:
        mark = self.ring.mark("campaign", asked.campaign)
        query = sa.select(CONTACTS.c.member, CONTACTS.c.address).join(
            EXPORTS, EXPORTS.c.export_id == CONTACTS.c.export_id
        )
        query = query.where(EXPORTS.c.campaign_mark == mark, EXPORTS.c.destination == asked.destination)
        return {mark for row in connection.execute(query) for mark in row if mark}

    def record(
        self, connection: sa.Connection, run_id: str, sending: Sending, files: Sequence[Mapping[str, Any]],
        *, now: datetime, after: audit.Head,
    ) -> audit.Head:  # fmt: skip
        """Record an export as pending, with an entry of the chain, and return the new head.

        ``LockError`` where anybody wrote to the ledger since its past was read: caps would no longer hold.
        """
        asked = sending.asked
        campaign = self.ring.mark("campaign", asked.campaign)
        contacts = self._contact_ids(sending)
        connection.execute(EXPORTS.insert(), {
            "export_id": run_id, "run_id": run_id, "campaign": sending.shown_campaign, "campaign_mark": campaign,
            "destination": asked.destination, "channel": asked.channel, "sent_on": asked.on, "status": "pending",
            "files": [dict(file) for file in files],
        })  # fmt: skip
        marks = zip(
            contacts, self.ring.marks("member", sending.members), self.ring.marks("phone", sending.phones),
            self.ring.marks("owner", sending.owners), strict=True,
        )  # fmt: skip
        keys = ("contact_id", "member", "address", "owner")
        try:
            _insert(connection, CONTACTS, [dict(zip(keys, row, strict=True), export_id=run_id) for row in marks])
        except sa.exc.IntegrityError as error:
            raise audit.changed_meanwhile() from error
        left_out = [
            {"export_id": run_id, "member": self.ring.mark("member", member), "reason": reason}
            for member, reason in dict(sending.excluded).items()
        ]
        _insert(connection, EXCLUSIONS, left_out)
        facts = {**sending.facts, "export_id": run_id, "campaign": sending.shown_campaign, "files": list(files)}
        facts |= {"destination": asked.destination, "sent": len(contacts), "digest": audit.digest_of(contacts)}
        return audit.append(connection, self.ring, "export", now, facts, after=after)

    def _contact_ids(self, sending: Sending) -> list[str]:
        head = f"{sending.asked.campaign}\0{sending.asked.destination}\0"
        return [self.ring.mark("contact", head + member) for member in sending.members]

    def undo(self, connection: sa.Connection, export_id: str, now: datetime) -> None:
        """Take back an export whose files never got their names; the chain tells of both."""
        for table in (CONTACTS, EXCLUSIONS, EXPORTS):
            connection.execute(table.delete().where(table.c.export_id == export_id))
        audit.append(connection, self.ring, "export-undone", now, {"export_id": export_id})

    # --- Who must not be contacted ------------------------------------------------------------------------

    def suppress(self, names: Names, channel: str, reason: str, now: datetime) -> audit.Head:
        """Have somebody never contacted again by a channel, or by any; ``reason`` is masked already."""
        with self.ledger.begin() as connection:
            for mark in self.marks_of(names):
                connection.execute(
                    SUPPRESSIONS.delete().where(SUPPRESSIONS.c.mark == mark, SUPPRESSIONS.c.channel == channel)
                )
                row = {"mark": mark, "channel": channel, "reason": reason, "added_at": _iso(now)}
                connection.execute(SUPPRESSIONS.insert(), row)
            facts = {"marks": self.marks_of(names), "channel": channel, "reason": reason}
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
        marks = self.marks_of(names)
        own = sa.or_(CONTACTS.c.member.in_(marks), CONTACTS.c.address.in_(marks))
        sent = sa.select(*_TOLD, sa.literal("sent").label("fate")).join(CONTACTS, _SAME_EXPORT).where(own)
        left = sa.select(*_TOLD, EXCLUSIONS.c.reason.label("fate")).join(EXCLUSIONS, _LEFT_OUT_THERE)
        return self._union(sent, left.where(EXCLUSIONS.c.member.in_(marks)))

    def contacts_in(self, campaign: str) -> list[dict[str, Any]]:
        """Return per export of a campaign how many were sent it, and per reason how many were not."""
        is_of = EXPORTS.c.campaign_mark == self.ring.mark("campaign", campaign)
        count = sa.func.count().label("members")
        sent = sa.select(*_TOLD, sa.literal("sent").label("fate"), count).join(CONTACTS, _SAME_EXPORT)
        left = sa.select(*_TOLD, EXCLUSIONS.c.reason.label("fate"), count).join(EXCLUSIONS, _LEFT_OUT_THERE)
        return self._union(sent.where(is_of).group_by(*_TOLD), left.where(is_of).group_by(*_TOLD, EXCLUSIONS.c.reason))

    def _union(self, *queries: sa.Select[Any]) -> list[dict[str, Any]]:
        rows = sa.union_all(*queries).subquery()
        ordered = sa.select(rows).order_by(rows.c.sent_on, rows.c.export_id, rows.c.fate)
        with self.ledger.begin() as connection:
            return [dict(row) for row in connection.execute(ordered).mappings()]

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

    def bury(self, connection: sa.Connection, names: Names, now: datetime) -> dict[str, int]:
        """Remove a person's contacts, exclusions and suppressions and leave a tombstone; return how many of each."""
        marks = self.marks_of(names)
        own = sa.or_(CONTACTS.c.member.in_(marks), CONTACTS.c.address.in_(marks))
        lost: dict[str, list[str]] = {}
        for row in connection.execute(sa.select(CONTACTS.c.export_id, CONTACTS.c.contact_id).where(own)):
            lost.setdefault(row.export_id, []).append(row.contact_id)
        removed = {
            "contacts": connection.execute(CONTACTS.delete().where(own)).rowcount,
            "exclusions": connection.execute(EXCLUSIONS.delete().where(EXCLUSIONS.c.member.in_(marks))).rowcount,
            "suppressions": connection.execute(SUPPRESSIONS.delete().where(SUPPRESSIONS.c.mark.in_(marks))).rowcount,
        }
        known = set(connection.execute(sa.select(TOMBSTONES.c.mark)).scalars())
        _insert(connection, TOMBSTONES, [{"mark": one, "forgotten_at": _iso(now)} for one in marks if one not in known])
        facts = {
            "marks": marks,
            "removed": removed,
            "contacts": {key: audit.digest_of(ids) for key, ids in lost.items()},
        }
        audit.append(connection, self.ring, "forget", now, facts)
        return removed

    def marks_of(self, names: Names) -> list[str]:
        """Return every mark by which a person may stand in the tables."""
        found = [self.ring.mark("member", one) for one in (*names.members, *names.phones)]
        return list(dict.fromkeys([*found, *(self.ring.mark("phone", one) for one in names.phones)]))


@dataclass(frozen=True)
class Names:
    """One person: the ids they go by, and their phones of 11 digits."""

    members: tuple[str, ...] = field(repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)


class _Counted(Mapping[str, int]):
    """Counts by employees' names over a table of counts by their marks."""

    def __init__(self, ring: Keyring, counts: Mapping[str, int]) -> None:
        self._ring, self._counts = ring, counts

    def __getitem__(self, owner: str) -> int:
        return self._counts[self._ring.mark("owner", owner)]

    def __iter__(self) -> Any:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)


def forgotten(ledger: Ledger, names: Iterable[str]) -> list[str]:
    """Return those ids and phones whose bearers asked to be forgotten; nothing is looked at where nobody did."""
    with ledger.begin() as connection:
        dead = set(connection.execute(sa.select(TOMBSTONES.c.mark)).scalars())
    if not dead:
        return []
    ring = ContactBook(ledger).ring
    return [name for name in names if ring.mark("member", name) in dead or ring.mark("phone", name) in dead]


_SAME_EXPORT = CONTACTS.c.export_id == EXPORTS.c.export_id
_LEFT_OUT_THERE = EXCLUSIONS.c.export_id == EXPORTS.c.export_id
_TOLD = (EXPORTS.c.sent_on, EXPORTS.c.campaign, EXPORTS.c.destination, EXPORTS.c.channel, EXPORTS.c.export_id)


def _recent(connection: sa.Connection, asked: Asked) -> dict[str, list[tuple[date, str, str, str]]]:
    """Return the contacts of the last days by member's and by phone's mark; those after the date asked count, too."""
    since = asked.on - timedelta(days=asked.days)
    query = sa.select(
        CONTACTS.c.contact_id, CONTACTS.c.member, CONTACTS.c.address, EXPORTS.c.sent_on, EXPORTS.c.channel,
        EXPORTS.c.destination,
    ).join(EXPORTS, _SAME_EXPORT)  # fmt: skip
    found: dict[str, list[tuple[date, str, str, str]]] = {}
    for row in connection.execute(query.where(EXPORTS.c.sent_on > since)):
        told = (row.sent_on, row.channel, row.destination, row.contact_id)
        for mark in {row.member, row.address} - {None}:
            found.setdefault(mark, []).append(told)
    return found


def _joined(*lists: list[tuple[date, str, str, str]] | None) -> tuple[tuple[date, str, str], ...]:
    if not any(lists):
        return ()
    every = {one[3]: one[:3] for each in lists if each for one in each}
    return tuple(every.values())


def _owners(connection: sa.Connection, asked: Asked) -> dict[str, int]:
    query = sa.select(CONTACTS.c.owner, sa.func.count()).join(EXPORTS, _SAME_EXPORT)
    query = query.where(EXPORTS.c.sent_on == asked.on, EXPORTS.c.destination == asked.destination)
    return {owner: count for owner, count in connection.execute(query.group_by(CONTACTS.c.owner)) if owner}


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(table.insert(), list(rows[start : start + _AT_ONCE]))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
