"""What a ledger knows of the people of a list: read before anybody is contacted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from siyu_cli.ledger.audit import Head, head_of
from siyu_cli.ledger.contact_tables import EXPORTS, PEOPLE, SUPPRESSIONS, TOMBSTONES
from siyu_cli.ledger.keyring import Keyring
from siyu_cli.ledger.packs import Flags, People, Places, places_of, together

ALL_CHANNELS = "all"
SENT = "sent"


@dataclass(frozen=True)
class AskedContacts:
    """What is asked of the past: which campaign, to where, by which channel, on which day, how far back."""

    campaign: str
    destination: str
    channel: str
    on: date
    days: int


@dataclass(frozen=True)
class Earlier:
    """One earlier export: its day, channel and destination, and whom of the list it reached, once for each contact."""

    on: date
    channel: str
    destination: str
    places: Places = field(repr=False)


@dataclass(frozen=True)
class Past:
    """What the ledger knows of the people of a list, in the order of the list.

    ``owners`` says how many contacts each employee has had on the day; ``people`` are those of the list as they are
    recorded if they are sent; ``head`` is that of the chain when all this was read.
    """

    people: People
    is_forgotten: Flags
    is_suppressed: Flags
    was_sent: Flags
    earlier: Sequence[Earlier]
    owners: Mapping[str, int]
    head: Head = field(default_factory=Head)


def read_past(connection: sa.Connection, ring: Keyring, people: People, asked: AskedContacts) -> Past:
    """Return what is known of these people."""
    dead = set(connection.execute(sa.select(TOMBSTONES.c.mark)).scalars())
    quiet = sa.select(SUPPRESSIONS.c.mark)
    if asked.channel != "any":
        quiet = quiet.where(SUPPRESSIONS.c.channel.in_((ALL_CHANNELS, asked.channel)))
    suppressed = set(connection.execute(quiet).scalars())
    exports = _exports(connection, ring, asked)
    since = asked.on - timedelta(days=asked.days)
    was_sent, earlier = np.zeros(len(people), np.bool_), []
    for row, places in _reached(connection, people, exports):
        if row.campaign_mark == ring.mark("campaign", asked.campaign) and row.destination == asked.destination:
            was_sent[places] = True
        if row.sent_on > since:
            earlier.append(Earlier(row.sent_on, row.channel, row.destination, places))
    owners: dict[str, int] = {}
    for row in exports:
        if row.sent_on == asked.on and row.destination == asked.destination:
            for owner, count in row.owners.items():
                owners[owner] = owners.get(owner, 0) + count
    return Past(
        people, people.are_among(dead), people.are_among(suppressed), was_sent, earlier, CountedByOwner(ring, owners),
        head_of(connection),
    )  # fmt: skip


def _exports(connection: sa.Connection, ring: Keyring, asked: AskedContacts) -> Sequence[Any]:
    """Return the exports that matter: those of the last days, later ones too, and those of the campaign there."""
    is_same = sa.and_(
        EXPORTS.c.campaign_mark == ring.mark("campaign", asked.campaign), EXPORTS.c.destination == asked.destination
    )
    is_near = EXPORTS.c.sent_on > asked.on - timedelta(days=asked.days)
    return connection.execute(EXPORTS.select().where(sa.or_(is_same, is_near))).all()


def _reached(connection: sa.Connection, people: People, exports: Sequence[Any]) -> list[tuple[Any, Places]]:
    """Return the exports that reached anybody of the list, with the places of whom: all are looked up at once."""
    packs = [sent_in(connection, row.export_id) for row in exports]
    if not len(people) or not any(map(len, packs)):
        return []
    rows, places = places_of(people, together(packs))
    of_export = np.repeat(np.arange(len(packs)), [len(pack) for pack in packs])[rows]
    found = [(row, places[of_export == number]) for number, row in enumerate(exports)]
    return [(row, whom) for row, whom in found if len(whom)]


def sent_in(connection: sa.Connection, export_id: str) -> People:
    """Return whom an export reached."""
    query = sa.select(PEOPLE.c.members, PEOPLE.c.phones).where(
        PEOPLE.c.export_id == export_id, PEOPLE.c.fate == SENT
    )  # fmt: skip
    rows = connection.execute(query.order_by(PEOPLE.c.part)).all()
    return together([People(row.members, row.phones) for row in rows])


class CountedByOwner(Mapping[str, int]):
    """Counts by employees' names over a table of counts by their marks."""

    def __init__(self, ring: Keyring, counts: Mapping[str, int]) -> None:
        self._ring, self._counts = ring, counts

    def __getitem__(self, owner: str) -> int:
        return self._counts[self._ring.mark("owner", owner)]

    def __iter__(self) -> Any:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)
