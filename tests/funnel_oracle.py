"""Funnels stated once more, slowly and without SQL: a member is the dates on which something of a kind happened.

It goes by LIFECYCLE's definitions one member at a time, and shares nothing with what it is held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations

Happened = Mapping[str, frozenset[date]]


@dataclass(frozen=True)
class Asked:
    """What is asked of a funnel; without a window everything after the entry counts."""

    steps: Sequence[str]
    window_days: int | None = 90
    order: str = "ordered"
    entry: str = "first"
    from_on: date = date.min
    to_on: date = date.max


def way(happened: Happened, asked: Asked) -> list[date]:
    """Return the dates on which a member took the steps within the window, none where they never entered."""
    ways = [_inside(one, asked.window_days) for one in _ways(happened, asked)]
    longest = max(map(len, ways), default=0)
    return next((one for one in ways if len(one) == longest), [])


def unlimited(happened: Happened, asked: Asked) -> list[date]:
    """Return the dates of the steps of a member's first entry, however long they took."""
    return next(iter(_ways(happened, asked)), [])


def _ways(happened: Happened, asked: Asked) -> Iterable[list[date]]:
    """Return the way that begins with each entry, the earliest first."""
    kinds = set(asked.steps) if asked.order == "unordered" else {asked.steps[0]}
    entries = sorted({day for kind in kinds for day in happened.get(kind, ())})
    if asked.entry == "first":
        entries = entries[:1]
    entries = [day for day in entries if asked.from_on <= day <= asked.to_on]
    follow = _in_any_order if asked.order == "unordered" else _in_order
    return [follow(happened, asked, day) for day in entries]


def _inside(days: list[date], window: int | None) -> list[date]:
    return [day for day in days if window is None or day - days[0] <= timedelta(days=window)]


def _in_order(happened: Happened, asked: Asked, entry: date) -> list[date]:
    taken = [entry]
    for number in range(1, len(asked.steps)):
        kind = asked.steps[number]
        used = {day for day, known in zip(taken, asked.steps, strict=False) if known == kind}
        days = [day for day in sorted(happened.get(kind, ())) if day >= taken[-1] and day not in used]
        if not days:
            break
        between = {
            other
            for other, dates in happened.items()
            if other not in (kind, asked.steps[number - 1]) and any(taken[-1] < day < days[0] for day in dates)
        }
        if asked.order == "strict" and between:
            break
        taken.append(days[0])
    return taken


def _in_any_order(happened: Happened, asked: Asked, entry: date) -> list[date]:
    """Try every order of the steps, and of the most steps that can be taken return the earliest dates."""
    best: list[date] = []
    for steps in set(permutations(asked.steps)):
        used: dict[str, set[date]] = {}
        taken = []
        for kind in steps:
            known = used.setdefault(kind, set())
            days = [day for day in sorted(happened.get(kind, ())) if day >= entry and day not in known]
            if days:
                known.add(days[0])
                taken.append(days[0])
        best = max(best, sorted(taken), key=len)
    return best


def counts(people: Mapping[str, Happened], asked: Asked, as_of: date) -> tuple[int, int, list[int]]:
    """Return who is old enough, who is too young, and how many of the old took each step."""
    ways = [one for happened in people.values() if (one := way(happened, asked))]
    ripe = [one for one in ways if one[0] + timedelta(days=asked.window_days or 0) <= as_of]
    return (
        len(ripe),
        len(ways) - len(ripe),
        [sum(len(one) >= n for one in ripe) for n in range(1, len(asked.steps) + 1)],
    )


def waits(people: Mapping[str, Happened], asked: Asked, number: int, as_of: date) -> list[tuple[int, bool]]:
    """Return the days waited from a step for the next, and whether it came."""
    found = []
    for happened in people.values():
        days = unlimited(happened, asked)
        if len(days) > number:
            found.append(((days[number] - days[number - 1]).days, True))
        elif len(days) == number:
            found.append(((as_of - days[-1]).days, False))
    return found
