"""What is remembered of campaigns: plans that were written, who was assigned, results, what was learned of responses.

Members, employees and names come in as text and are kept as marks (``keyring``) or masked; nothing turns them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from siyu_cli.ledger.bulk import insert_columns
from siyu_cli.ledger.campaign_tables import ASSIGNED, CAMPAIGNS, RESPONSES, RESULTS
from siyu_cli.ledger.contact_tables import EXPORTS
from siyu_cli.ledger.keyring import Keyring
from siyu_cli.ledger.ledger import Ledger
from siyu_cli.ledger.marking import MARK, NOBODY, Kind, Texts
from siyu_cli.ledger.past import CountedByOwner, sent_in

CONTROL = "control"
_NOBODY = NOBODY.hex()


@dataclass(frozen=True)
class Elsewhere:
    """What is known of members in other campaigns of the same days and of their contacts, in the order asked.

    ``worth`` is that of the dearest of these campaigns with a member, inf where it has reached them, −inf where there
    is none; ``rival`` is that campaign. ``contacts`` are counted, ``contacted_on`` is the last; ``reached`` are how
    many members of these campaigns each employee has.
    """

    is_control: Sequence[bool]
    worth: Sequence[float]
    rival: Sequence[str]
    contacts: Sequence[int]
    contacted_on: Sequence[date | None]
    reached: Mapping[str, int]


@dataclass(frozen=True)
class AskedElsewhere:
    """Which campaign asks (none for a list of another kind), its days, over how many days contacts count (0: none)."""

    campaign: str | None
    starts_on: date
    counts_until: date
    contact_days: int = 0


@dataclass(frozen=True)
class Seat:
    """One member's place in a campaign: their segment, the offers they got or are compared for, what they are worth."""

    segment: str
    offers: tuple[str, ...]
    worth: float


class CampaignBook:
    """The campaigns of one ledger, as one run sees and adds to them; raises as ``Ledger`` does."""

    def __init__(self, ledger: Ledger, ring: Keyring, run_id: str = "") -> None:
        self._ledger, self._ring, self._run_id = ledger, ring, run_id

    # --- Plans --------------------------------------------------------------------------------------------

    def keep_plan(self, name: str, facts: Mapping[str, Any], seats: Mapping[str, Sequence[Any]]) -> None:
        """Keep a plan in place of an earlier one of the same name and first day.

        ``facts`` are the other columns; ``seats`` are member, offer, arm, segment, worth and owner, one entry per
        member and offer, in one order.
        """
        mark = self.mark(name)
        starts_on = facts["starts_on"]
        members, owners = self._marks("member", seats["member"]), self._owner_marks(seats["owner"])
        # In the order of the key, which a database is quick to write; nobody's place in the table tells who they are.
        line = sorted(range(len(members)), key=lambda place: (members[place], seats["offer"][place]))
        columns = {**seats, "member": members, "owner": owners}
        whose = {"campaign": [mark] * len(line), "starts_on": [starts_on] * len(line)}
        sorted_columns = {key: [column[place] for place in line] for key, column in columns.items()}
        with self._ledger.begin() as connection:
            _remove(connection, CAMPAIGNS, CAMPAIGNS.c.mark, mark, starts_on)
            _remove(connection, ASSIGNED, ASSIGNED.c.campaign, mark, starts_on)
            connection.execute(CAMPAIGNS.insert(), {"mark": mark, "run_id": self._run_id, **facts})
            insert_columns(connection, ASSIGNED, whose | sorted_columns)

    def plans(self) -> list[dict[str, Any]]:
        """Return every campaign, the first day first, one dict per campaign with the columns of the table."""
        query = CAMPAIGNS.select().order_by(CAMPAIGNS.c.starts_on, CAMPAIGNS.c.run_id)
        with self._ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def plan(self, name: str, starts_on: date | None = None) -> dict[str, Any] | None:
        """Return the campaign of a name, the last one where no first day is given; None where there is none."""
        query = CAMPAIGNS.select().where(CAMPAIGNS.c.mark == self.mark(name)).order_by(CAMPAIGNS.c.starts_on.desc())
        if starts_on is not None:
            query = query.where(CAMPAIGNS.c.starts_on == starts_on)
        with self._ledger.begin() as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return dict(row) if row else None

    def mark(self, name: str) -> str:
        """Return what a campaign is known by."""
        return self._ring.mark("campaign", name)

    def _marks(self, kind: Kind, texts: Texts) -> list[str | None]:
        return [mark if mark != _NOBODY else None for mark in _apart(self._ring.marks(kind, texts))]

    def _owner_marks(self, names: Sequence[str | None]) -> list[str | None]:
        """Return the marks of employees, each of whom has many members."""
        different = list(dict.fromkeys(names))
        known = dict(zip(different, self._marks("owner", different), strict=True))
        return [known[name] for name in names]

    def seats_of(self, name: str, starts_on: date, members: Sequence[str]) -> list[Seat | None]:
        """Return the place of each member in a campaign; None for who has none."""
        columns = (ASSIGNED.c.member, ASSIGNED.c.segment, ASSIGNED.c.offer, ASSIGNED.c.worth)
        query = sa.select(*columns).where(ASSIGNED.c.campaign == self.mark(name), ASSIGNED.c.starts_on == starts_on)
        found: dict[str, Seat] = {}
        with self._ledger.begin() as connection:
            for member, segment, offer, worth in connection.execute(query.order_by(ASSIGNED.c.offer)):
                before = found[member].offers if member in found else ()
                found[member] = Seat(segment, (*before, offer) if offer else before, worth)
        return [found.get(mark or "") for mark in self._marks("member", members)]

    # --- Other campaigns in the same days, contacts -------------------------------------------------------

    def elsewhere(self, members: Sequence[str], **of: Any) -> Elsewhere:
        """Return what other campaigns have with members, and their contacts; ``of`` are fields of AskedElsewhere."""
        asked = AskedElsewhere(**of)
        with self._ledger.begin() as connection:
            control, claims, reached = self._claims(connection, asked)
            contacts = _contacts(connection, asked) if asked.contact_days else {}
        known = control or claims or contacts
        marks = self._marks("member", members) if known else [None] * len(members)
        best = [claims.get(mark or "", (float("-inf"), "")) for mark in marks]
        counted = [contacts.get(mark or "", (0, None)) for mark in marks]
        return Elsewhere(
            [mark in control for mark in marks], [worth for worth, _rival in best], [rival for _worth, rival in best],
            [count for count, _last in counted], [last for _count, last in counted],
            CountedByOwner(self._ring, reached),
        )  # fmt: skip

    def _claims(
        self, connection: sa.Connection, asked: AskedElsewhere
    ) -> tuple[set[str], dict[str, tuple[float, str]], dict[str, int]]:
        own = self.mark(asked.campaign) if asked.campaign else ""
        seat = sa.select(ASSIGNED, CAMPAIGNS.c.run_id).join(
            CAMPAIGNS, sa.and_(CAMPAIGNS.c.mark == ASSIGNED.c.campaign, CAMPAIGNS.c.starts_on == ASSIGNED.c.starts_on)
        )
        same_days = sa.and_(
            CAMPAIGNS.c.starts_on <= asked.counts_until, CAMPAIGNS.c.counts_until >= asked.starts_on,
            CAMPAIGNS.c.mark != own,
        )  # fmt: skip
        control: set[str] = set()
        claims: dict[str, tuple[float, str]] = {}
        owners: dict[str, set[str]] = {}
        sent: dict[str, set[str]] = {}
        for row in connection.execute(seat.where(same_days)).mappings():
            member, rival = row["member"], row["campaign"]
            if row["arm"] == CONTROL:
                control.add(member)
                continue
            if rival not in sent:
                sent[rival] = set(_sent(connection, rival))
            worth = float("inf") if member in sent[rival] else row["worth"]
            claims[member] = max(claims.get(member, (float("-inf"), "")), (worth, rival))
            if row["owner"]:
                owners.setdefault(row["owner"], set()).add(member)
        return control, claims, {owner: len(theirs) for owner, theirs in owners.items()}

    # --- What was sent ------------------------------------------------------------------------------------

    def reached(self, name: str, members: Sequence[str]) -> list[bool] | None:
        """Return who was sent a campaign by an export; None where nothing of it was exported."""
        mark = self.mark(name)
        with self._ledger.begin() as connection:
            is_known = connection.scalar(
                sa.select(sa.func.count()).select_from(EXPORTS).where(EXPORTS.c.campaign_mark == mark)
            )
            sent = set(_sent(connection, mark)) if is_known else set()
        return [one in sent for one in self._marks("member", members)] if is_known else None

    # --- Results, and what was learned --------------------------------------------------------------------

    def keep_result(self, name: str, starts_on: date, facts: Mapping[str, Any]) -> None:
        """Keep what a campaign was found to have done as of a date, in place of what was found of it as of that."""
        mark = self.mark(name)
        with self._ledger.begin() as connection:
            is_same = sa.and_(RESULTS.c.campaign == mark, RESULTS.c.starts_on == starts_on)
            connection.execute(RESULTS.delete().where(is_same, RESULTS.c.as_of == facts["as_of"]))
            row = {"campaign": mark, "starts_on": starts_on, "run_id": self._run_id}
            connection.execute(RESULTS.insert(), row | dict(facts))

    def results(self, mark: str, starts_on: date) -> list[dict[str, Any]]:
        """Return the results of a campaign, the first date first."""
        query = RESULTS.select().where(RESULTS.c.campaign == mark, RESULTS.c.starts_on == starts_on)
        with self._ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query.order_by(RESULTS.c.as_of)).mappings()]

    def keep_responses(self, name: str, starts_on: date, cells: Iterable[Mapping[str, Any]]) -> None:
        """Keep the counts of a campaign by segment and offer, in place of what was learned of it before."""
        mark = self.mark(name)
        with self._ledger.begin() as connection:
            _remove(connection, RESPONSES, RESPONSES.c.campaign, mark, starts_on)
            whose = {"campaign": mark, "starts_on": starts_on, "run_id": self._run_id}
            rows = [whose | dict(cell) for cell in cells]
            if rows:
                connection.execute(RESPONSES.insert(), rows)

    def responses(self, but: tuple[str, date] | None = None) -> list[dict[str, Any]]:
        """Return the counts of every campaign that was learned from, except one, oldest first."""
        order = (RESPONSES.c.starts_on, RESPONSES.c.campaign, RESPONSES.c.offer, RESPONSES.c.segment)
        query = RESPONSES.select().order_by(*order)
        if but is not None:
            is_that = sa.and_(RESPONSES.c.campaign == self.mark(but[0]), RESPONSES.c.starts_on == but[1])
            query = query.where(sa.not_(is_that))
        with self._ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def leave_out(connection: sa.Connection, marks: Sequence[str]) -> int:
    """Remove a person from all campaigns and return how many entries there were; counts without people stay."""
    return connection.execute(ASSIGNED.delete().where(ASSIGNED.c.member.in_(marks))).rowcount


def _apart(packed: bytes) -> list[str]:
    """Return marks that stand one after the other, each in hexadecimal."""
    text = packed.hex()
    return [text[start : start + 2 * MARK] for start in range(0, len(text), 2 * MARK)]


def _sent(connection: sa.Connection, campaign: str) -> Iterator[str]:
    query = sa.select(EXPORTS.c.export_id).where(EXPORTS.c.campaign_mark == campaign)
    for export_id in connection.execute(query).scalars().all():
        yield from _apart(sent_in(connection, export_id).members)


def _contacts(connection: sa.Connection, asked: AskedElsewhere) -> dict[str, tuple[int, date]]:
    """Return how many contacts members have had in so many days before the first, and since, and the last of them."""
    since = asked.starts_on - timedelta(days=asked.contact_days)
    query = sa.select(EXPORTS.c.export_id, EXPORTS.c.sent_on).where(EXPORTS.c.sent_on > since)
    found: dict[str, tuple[int, date]] = {}
    for row in connection.execute(query.order_by(EXPORTS.c.sent_on)).all():
        for member in _apart(sent_in(connection, row.export_id).members):
            found[member] = (found[member][0] + 1 if member in found else 1, row.sent_on)
    return found


def _remove(connection: sa.Connection, table: sa.Table, whose: sa.Column[Any], mark: str, starts_on: date) -> None:
    connection.execute(table.delete().where(whose == mark, table.c.starts_on == starts_on))
