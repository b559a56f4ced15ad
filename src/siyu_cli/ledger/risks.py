"""What is remembered of risks, and what the ledger itself tells of them: files, contacts, notifications."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from siyu_cli.ledger.contact_tables import EXPORTS, SUPPRESSIONS
from siyu_cli.ledger.contacts import ContactBook
from siyu_cli.ledger.exported import exported_files
from siyu_cli.ledger.marking import Texts
from siyu_cli.ledger.past import ALL_CHANNELS, AskedContacts, Earlier, sent_in
from siyu_cli.ledger.risk_tables import NOTICES, RISK_CHANGES


@dataclass(frozen=True)
class Notice:
    """One notification: the service it went to, its day, whether it was taken."""

    service: str
    sent_on: date
    is_taken: bool


@dataclass(frozen=True)
class Seen:
    """What the ledger tells as of a date.

    ``files`` are those of exports (``exported_files``) that are still there; ``contacts`` how many there were in the
    days asked about, ``late`` how many of them by a channel that the person had refused before: one row per export.
    ``notices`` are in the order they were sent.
    """

    files: Sequence[Mapping[str, Any]]
    contacts: int
    late: Sequence[Mapping[str, Any]]
    notices: Sequence[Notice] = field(default=())
    knows_modes: bool = os.name != "nt"


class RiskBook:
    """The risks of one ledger, as one run sees and adds to them; raises as ``Ledger`` does."""

    def __init__(self, book: ContactBook, run_id: str, now: datetime) -> None:
        self._book, self._run_id = book, run_id
        self._at = now.astimezone(UTC).isoformat(timespec="seconds")

    def changes(self) -> list[dict[str, Any]]:
        """Return all that was said of risks, the first first: risk_id, seq, at, as_of, changes."""
        query = RISK_CHANGES.select().order_by(RISK_CHANGES.c.at, RISK_CHANGES.c.risk_id, RISK_CHANGES.c.seq)
        with self._book.ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def keep(self, said: Iterable[tuple[str, Mapping[str, Any]]], as_of: date) -> None:
        """Add what was said of risks, each a risk and what holds of it from now on."""
        last = sa.select(sa.func.max(RISK_CHANGES.c.seq))
        with self._book.ledger.begin() as connection:
            for risk_id, changes in said:
                seq = connection.scalar(last.where(RISK_CHANGES.c.risk_id == risk_id)) or 0
                row = {"risk_id": risk_id, "seq": seq + 1, "at": self._at, "as_of": as_of, "run_id": self._run_id}
                connection.execute(RISK_CHANGES.insert(), row | {"changes": dict(changes)})

    def seen(self, as_of: date, days: int, retention_days: int) -> Seen:
        """Return what the ledger tells; contacts are those of so many days up to the date, it among them."""
        files = [
            row for row in exported_files(self._book, as_of, retention_days)
            if row["days"] >= 0 and row["is_there"] in ("yes", "changed")
        ]  # fmt: skip
        with self._book.ledger.begin() as connection:
            exports = connection.execute(_of_days(as_of, days)).all()
            sent = {row.export_id: sent_in(connection, row.export_id) for row in exports}
            refused = connection.execute(sa.select(SUPPRESSIONS)).all()
            notices = connection.execute(
                NOTICES.select().where(NOTICES.c.sent_on <= as_of).order_by(NOTICES.c.run_id, NOTICES.c.place)
            ).all()
        late = []
        for row in exports:
            marks = {
                one.mark for one in refused
                if one.channel in (ALL_CHANNELS, row.channel) and date.fromisoformat(one.added_at[:10]) < row.sent_on
            }  # fmt: skip
            if reached := int(sent[row.export_id].are_among(marks).sum()) if marks else 0:
                late.append({"sent_on": row.sent_on, "destination": row.destination, "contacts": reached})
        told = [Notice(row.service, row.sent_on, row.is_taken) for row in notices]
        return Seen(files, sum(map(len, sent.values())), late, told)

    def contacts_of(self, members: Texts, phones: Texts, as_of: date, days: int) -> Iterator[Earlier]:
        """Yield the exports of so many days that reached any of these people, with their places."""
        past = self._book.past(members, phones, AskedContacts("", "", "any", as_of, days))
        yield from (one for one in past.earlier if one.on <= as_of)

    def note_sent(self, services: Sequence[tuple[str, bool]], sent_on: date) -> None:
        """Remember which services took a notification."""
        rows = [
            {
                "run_id": self._run_id,
                "place": place,
                "at": self._at,
                "sent_on": sent_on,
                "service": name,
                "is_taken": taken,
            }
            for place, (name, taken) in enumerate(services)
        ]
        with self._book.ledger.begin() as connection:
            connection.execute(NOTICES.insert(), rows)


def _of_days(as_of: date, days: int) -> sa.Select[Any]:
    is_near = sa.and_(EXPORTS.c.sent_on > as_of - timedelta(days=days), EXPORTS.c.sent_on <= as_of)
    return EXPORTS.select().where(is_near, EXPORTS.c.status == "done").order_by(EXPORTS.c.export_id)
