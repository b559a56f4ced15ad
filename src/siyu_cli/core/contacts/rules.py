"""Who of a list is sent: of everybody else one reason, the first that applies, in a fixed order.

Pure: facts in, reasons out. What the ledger knows comes in as ``Past``; the clock is nobody's here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from siyu_cli.core.contacts.campaigns import LEFT_ALONE, OUTBID
from siyu_cli.core.contacts.tables import REASONS, SENT
from siyu_cli.core.contacts.texts import UNFILLED
from siyu_cli.tables.column import plain_word

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.destinations.model import Destination

Flags = NDArray[np.bool_]
Fates = NDArray[np.int8]
_FATES = (SENT, *REASONS)
ADULT_YEARS = 18
_LEFT_ALONE = {plain_word(word) for word in ("control", "control_idle")}  # a plan's reasons for it
_CONTROL = {plain_word(word) for word in ("control", "对照", "对照组", "control group", "holdout", "空白组")}


class Earlier(Protocol):
    """An earlier export, and whom of a list it reached."""

    @property
    def on(self) -> date:
        """Return its day."""

    @property
    def channel(self) -> str:
        """Return by which channel it went."""

    @property
    def destination(self) -> str:
        """Return where it went."""

    @property
    def places(self) -> NDArray[np.int64]:
        """Return the places in the list of those it reached, once for each contact."""


class Past(Protocol):
    """What the ledger knows of the people of a list, in its order."""

    @property
    def is_forgotten(self) -> Flags:
        """Return who asked to be forgotten."""

    @property
    def is_suppressed(self) -> Flags:
        """Return who is not to be contacted by this channel."""

    @property
    def was_sent(self) -> Flags:
        """Return who has had this campaign there."""

    @property
    def earlier(self) -> Sequence[Earlier]:
        """Return the exports of the days asked about that reached any of them."""

    @property
    def owners(self) -> Mapping[str, int]:
        """Return how many contacts each employee has on the day."""


@dataclass(frozen=True)
class NoPast:
    """A shop without memory: nobody was ever contacted."""

    people: int
    earlier: Sequence[Earlier] = ()

    @property
    def is_forgotten(self) -> Flags:
        """Return that nobody asked to be forgotten."""
        return np.zeros(self.people, np.bool_)

    is_suppressed = was_sent = is_forgotten

    @property
    def owners(self) -> Mapping[str, int]:
        """Return that nobody has written to anybody."""
        return {}


@dataclass(frozen=True)
class Cap:
    """At most so many contacts within so many days; by one channel or to one destination, if one is named."""

    contacts: int
    days: int
    channel: str | None = None
    destination: str | None = None

    def counts(self, one: Earlier, on: date) -> bool:
        """Return whether an earlier export counts on a day; one after that day does as well."""
        is_near = (on - one.on).days < self.days
        return is_near and self.channel in (None, one.channel) and self.destination in (None, one.destination)

    def reached(self, past: Past, on: date, people: int) -> Flags:
        """Return for whom one contact more would be too many."""
        counted = [one.places for one in past.earlier if self.counts(one, on)]
        return np.bincount(np.concatenate([np.empty(0, np.int64), *counted]), minlength=people) >= self.contacts


@dataclass(frozen=True)
class Rules:
    """What holds for one export."""

    on: date
    consent: tuple[str, ...]
    has_basis: bool
    key: tuple[str, ...]
    caps: tuple[Cap, ...] = ()
    quiet_days: int = 0
    quota: int | None = None
    needs_friend: bool = False
    is_by_phone: bool = False
    variables: tuple[str, ...] = ()

    @property
    def lookback_days(self) -> int:
        """Return how many days of the past the rules ask about."""
        return max([self.quiet_days, *(cap.days for cap in self.caps), 1])


def rules_of(settings: Settings, place: Destination, on: date, variables: Collection[str] = ()) -> Rules:
    """Return the rules of a destination under a shop's settings."""
    own = settings.contacts
    caps = [Cap(own.max_contacts, own.contact_days)]
    caps += [Cap(cap.contacts, cap.days, destination=place.name) for cap in place.caps]
    if place.channel == "wecom":
        days = {"month": _days_of_month(on), "week": 7, "day": 1}[own.wecom_limit]
        caps.append(Cap(days, days, channel="wecom"))
    channels = {name.removeprefix("consent_") for name in place.consent}
    return Rules(
        on,
        place.consent,
        place.recipient != "platform"
        and any(basis.on <= on for one, basis in settings.consent.items() if one in channels),
        place.key,
        tuple(caps),
        own.quiet_days,
        own.owner_quota if place.has_quota else None,
        place.needs_friend,
        place.is_unique or "phone" in place.key,
        tuple(variables),
    )


def _days_of_month(on: date) -> int:
    after = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    return (after - date(on.year, on.month, 1)).days


def consents(people: pa.Table, names: Sequence[str]) -> tuple[Flags, Flags]:
    """Return who has said yes to any of these consents, and who has said no to all."""
    given = [_flag(people, name) for name in names]
    return np.any([flag == 1 for flag in given], axis=0), np.all([flag == 0 for flag in given], axis=0)


def decide(people: pa.Table, past: Past, rules: Rules) -> list[str]:
    """Return for everybody listed ``sent`` or the first reason that applies; see ``tables.REASONS`` for the order.

    ``people`` is in the order of the list, who stands first is served first; columns that are not there are not known
    of anybody.
    """
    size = people.num_rows
    said_yes, said_no = consents(people, rules.consent)
    unknown = ~said_yes & ~said_no & ~np.full(size, rules.has_basis)
    refuses = said_no | (_flag(people, "opt_out_profiling") == 1)
    applies: dict[str, Flags] = {
        "forgotten": past.is_forgotten,
        "control": _control(people) | (_flag(people, LEFT_ALONE) == 1),
        "other_campaign": _flag(people, OUTBID) == 1,
        "no_consent": unknown,
        "opted_out": refuses,
        "suppressed": past.is_suppressed,
        "minor": _minors(people, rules.on),
        "already_sent": past.was_sent,
        "frequency_cap": _capped(past, rules, size),
        "quiet_period": _quiet(past, rules, size),
        "no_key": ~np.any([_has(people, name) for name in rules.key], axis=0),
    }
    friends = rules.needs_friend & (_flag(people, "is_unfriended") == 1)
    later: dict[str, Flags] = {
        "unfriended": friends,
        "unfilled": ~_filled(people, rules.variables) | (_flag(people, UNFILLED) == 1),
    }
    fates = np.zeros(size, np.int8)  # places in _FATES: 0 as long as nothing speaks against it
    _take_first(fates, applies)
    _first_of_each(people, rules, fates, ~np.any(list(later.values()), axis=0))
    _take_first(fates, later)
    _within_quota(people, past, rules, fates)
    found: list[str] = np.array(_FATES, object)[fates].tolist()
    return found


def _take_first(fates: Fates, applies: Mapping[str, Flags]) -> None:
    for reason, flags in applies.items():
        fates[(fates == 0) & flags] = _FATES.index(reason)


def counts(fates: Sequence[str]) -> dict[str, int]:
    """Return how many are sent, then how many are left out for each reason, in the order of the rules.

    >>> counts(["minor", "sent", "sent"])
    {'sent': 2, 'minor': 1}
    """
    counted = Counter(fates)
    return {SENT: counted[SENT]} | {reason: counted[reason] for reason in REASONS if counted[reason]}


def adults_born_by(on: date) -> date:
    """Return the last birthday of those who are 18 on a day: who was born on 29 February is on 1 March.

    >>> adults_born_by(date(2026, 3, 1)), adults_born_by(date(2026, 2, 28))
    (datetime.date(2008, 3, 1), datetime.date(2008, 2, 28))
    """
    leap = on.month == 2 and on.day == 29
    return date(on.year - ADULT_YEARS, on.month, 28 if leap else on.day)


def _flag(people: pa.Table, name: str) -> NDArray[np.int8]:
    """Return 1 for yes, 0 for no, −1 for what is not known."""
    if name not in people.column_names:
        return np.full(people.num_rows, -1, np.int8)
    values = people[name].cast(pa.bool_()).cast(pa.int8()).fill_null(-1)
    found: NDArray[np.int8] = values.combine_chunks().to_numpy(zero_copy_only=False)
    return found


def _has(people: pa.Table, name: str) -> Flags:
    if name not in people.column_names:
        return np.zeros(people.num_rows, np.bool_)
    given = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(people[name].cast(pa.string())), ""), False)
    found: Flags = given.combine_chunks().to_numpy(zero_copy_only=False).astype(np.bool_)
    return found


def _control(people: pa.Table) -> Flags:
    found = np.zeros(people.num_rows, np.bool_)
    for name, control in (("arm", _CONTROL), ("reason", _LEFT_ALONE)):
        if name in people.column_names:
            given = people[name].cast(pa.string()).combine_chunks()
            words = [word for word in pc.unique(given).to_pylist() if word and plain_word(word) in control]
            found |= pc.is_in(given, pa.array(words, pa.string())).to_numpy(zero_copy_only=False).astype(np.bool_)
    return found


def _minors(people: pa.Table, on: date) -> Flags:
    if "birthday" not in people.column_names:
        return np.zeros(people.num_rows, np.bool_)
    young = pc.greater(people["birthday"].cast(pa.date32()), pa.scalar(adults_born_by(on), pa.date32()))
    found: Flags = pc.fill_null(young, False).combine_chunks().to_numpy(zero_copy_only=False).astype(np.bool_)
    return found


def _capped(past: Past, rules: Rules, size: int) -> Flags:
    found = np.zeros(size, np.bool_)
    for cap in rules.caps:
        found |= cap.reached(past, rules.on, size)
    return found


def _quiet(past: Past, rules: Rules, size: int) -> Flags:
    found = np.zeros(size, np.bool_)
    for one in past.earlier:
        if abs((rules.on - one.on).days) < rules.quiet_days:
            found[one.places] = True
    return found


def _filled(people: pa.Table, variables: Sequence[str]) -> Flags:
    filled: Flags = np.all([np.ones(people.num_rows, np.bool_), *(_has(people, name) for name in variables)], axis=0)
    return filled


def _first_of_each(people: pa.Table, rules: Rules, fates: Fates, stays: Flags) -> None:
    """Mark those as duplicates whose member or phone stands before in the list; who does not stay is no first."""
    names = ["member_id", *(["phone"] if rules.is_by_phone and "phone" in people.column_names else [])]
    places = np.arange(people.num_rows)
    for name in names:
        encoded = people[name].cast(pa.string()).combine_chunks().dictionary_encode()
        if len(encoded.dictionary) + encoded.null_count == people.num_rows:
            continue  # each value once
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        is_listed = (fates == 0) & (codes >= 0) & _has(people, name)
        first = np.full(len(encoded.dictionary) + 1, people.num_rows)
        np.minimum.at(first, codes[is_listed & stays], places[is_listed & stays])
        fates[is_listed & (places > first[codes])] = _FATES.index("duplicate")


def _within_quota(people: pa.Table, past: Past, rules: Rules, fates: Fates) -> None:
    if rules.quota is None or "owner" not in people.column_names:
        return
    taken: Counter[str | None] = Counter()
    for place, owner in enumerate(people["owner"].to_pylist()):
        if fates[place]:
            continue
        if owner and owner not in taken:
            taken[owner] = past.owners.get(owner, 0)
        if taken[owner] >= rules.quota:
            fates[place] = _FATES.index("owner_quota")
        else:
            taken[owner] += 1
