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
from siyu_cli.tables.column import plain_word

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.destinations.model import Destination

Flags = NDArray[np.bool_]
ADULT_YEARS = 18
_CONTROL = {plain_word(word) for word in ("control", "对照", "对照组", "control group", "holdout", "空白组")}


class Past(Protocol):
    """What the ledger knows of the people of a list, in its order."""

    @property
    def is_forgotten(self) -> Sequence[bool]:
        """Return who asked to be forgotten."""

    @property
    def is_suppressed(self) -> Sequence[bool]:
        """Return who is not to be contacted by this channel."""

    @property
    def was_sent(self) -> Sequence[bool]:
        """Return who has had this campaign there."""

    @property
    def contacts(self) -> Sequence[Sequence[tuple[date, str, str]]]:
        """Return the earlier contacts of each: date, channel, destination."""

    @property
    def owners(self) -> Mapping[str, int]:
        """Return how many contacts each employee has on the day."""


@dataclass(frozen=True)
class NoPast:
    """A shop without memory: nobody was ever contacted."""

    people: int

    @property
    def is_forgotten(self) -> Sequence[bool]:
        """Return that nobody asked to be forgotten."""
        return [False] * self.people

    is_suppressed = was_sent = is_forgotten

    @property
    def contacts(self) -> Sequence[Sequence[tuple[date, str, str]]]:
        """Return that nobody had any."""
        return [()] * self.people

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

    def is_reached(self, past: Sequence[tuple[date, str, str]], on: date) -> bool:
        """Return whether one contact more would be too many; contacts after the day count as well."""
        counted = sum(
            (on - day).days < self.days and self.channel in (None, channel) and self.destination in (None, place)
            for day, channel, place in past
        )
        return counted >= self.contacts


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
        place.recipient != "platform" and bool(channels & settings.consent.keys()),
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


def decide(people: pa.Table, past: Past, rules: Rules) -> list[str]:
    """Return for everybody listed ``sent`` or the first reason that applies; see ``tables.REASONS`` for the order.

    ``people`` is in the order of the list, who stands first is served first; columns that are not there are not known
    of anybody.
    """
    size = people.num_rows
    consents = [_flag(people, name) for name in rules.consent]
    said_yes = np.any([given == 1 for given in consents], axis=0)
    said_no = np.all([given == 0 for given in consents], axis=0)
    unknown = ~said_yes & ~said_no & ~np.full(size, rules.has_basis)
    refuses = said_no | (_flag(people, "opt_out_profiling") == 1)
    applies: dict[str, Flags] = {
        "forgotten": np.array(past.is_forgotten, np.bool_),
        "control": _control(people) | (_flag(people, LEFT_ALONE) == 1),
        "other_campaign": _flag(people, OUTBID) == 1,
        "no_consent": unknown,
        "opted_out": refuses,
        "suppressed": np.array(past.is_suppressed, np.bool_),
        "minor": _minors(people, rules.on),
        "already_sent": np.array(past.was_sent, np.bool_),
        "frequency_cap": _capped(past, rules),
        "quiet_period": _quiet(past, rules),
        "no_key": ~np.any([_has(people, name) for name in rules.key], axis=0),
    }
    friends = rules.needs_friend & (_flag(people, "is_unfriended") == 1)
    later: dict[str, Flags] = {"unfriended": friends, "unfilled": ~_filled(people, rules.variables)}
    reasons = np.full(size, "", dtype="<U16")
    for reason, flags in applies.items():
        reasons[(reasons == "") & flags] = reason
    _first_of_each(people, rules, reasons, ~np.any(list(later.values()), axis=0))
    for reason, flags in later.items():
        reasons[(reasons == "") & flags] = reason
    _within_quota(people, past, rules, reasons)
    reasons[reasons == ""] = SENT
    return [str(reason) for reason in reasons]


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
    if "arm" not in people.column_names:
        return np.zeros(people.num_rows, np.bool_)
    arms = people["arm"].cast(pa.string()).combine_chunks()
    words = [arm for arm in pc.unique(arms).to_pylist() if arm and plain_word(arm) in _CONTROL]
    found: Flags = pc.is_in(arms, pa.array(words, pa.string())).to_numpy(zero_copy_only=False).astype(np.bool_)
    return found


def _minors(people: pa.Table, on: date) -> Flags:
    if "birthday" not in people.column_names:
        return np.zeros(people.num_rows, np.bool_)
    young = pc.greater(people["birthday"].cast(pa.date32()), pa.scalar(adults_born_by(on), pa.date32()))
    found: Flags = pc.fill_null(young, False).combine_chunks().to_numpy(zero_copy_only=False).astype(np.bool_)
    return found


def _capped(past: Past, rules: Rules) -> Flags:
    return np.array([any(cap.is_reached(own, rules.on) for cap in rules.caps) for own in past.contacts], np.bool_)


def _quiet(past: Past, rules: Rules) -> Flags:
    quiet = rules.quiet_days
    return np.array([any(abs((rules.on - one[0]).days) < quiet for one in own) for own in past.contacts], np.bool_)


def _filled(people: pa.Table, variables: Sequence[str]) -> Flags:
    filled: Flags = np.all([np.ones(people.num_rows, np.bool_), *(_has(people, name) for name in variables)], axis=0)
    return filled


def _first_of_each(people: pa.Table, rules: Rules, reasons: NDArray[np.str_], stays: Flags) -> None:
    """Mark those as duplicates whose member or phone stands before in the list; who does not stay is no first."""
    names = ["member_id", *(["phone"] if rules.is_by_phone and "phone" in people.column_names else [])]
    for name in names:
        seen: set[str] = set()
        for place, value in enumerate(people[name].to_pylist()):
            if reasons[place] or not value:
                continue
            if value in seen:
                reasons[place] = "duplicate"
            elif stays[place]:
                seen.add(value)


def _within_quota(people: pa.Table, past: Past, rules: Rules, reasons: NDArray[np.str_]) -> None:
    if rules.quota is None or "owner" not in people.column_names:
        return
    taken: Counter[str | None] = Counter()
    for place, owner in enumerate(people["owner"].to_pylist()):
        if reasons[place]:
            continue
        if owner and owner not in taken:
            taken[owner] = past.owners.get(owner, 0)
        if taken[owner] >= rules.quota:
            reasons[place] = "owner_quota"
        else:
            taken[owner] += 1
