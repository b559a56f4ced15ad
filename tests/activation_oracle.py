"""Activation stated once more, slowly and without SQL: first orders compared with others that were alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class FirstOrder:
    """A first order: what it was alike by, whether the thing asked about was so, and whether its buyer came back."""

    alike: tuple[object, ...]
    is_so: bool
    is_back: bool


def within(people: Sequence[tuple[date, date | None]], days: int, as_of: date) -> tuple[int, int]:
    """Return who bought within so many days of joining, of how many who joined so long ago: (joined, first order)."""
    old = [(joined, first) for joined, first in people if joined + timedelta(days=days) <= as_of]
    return sum(first is not None and first - joined <= timedelta(days=days) for joined, first in old), len(old)


def standardised(orders: Sequence[FirstOrder]) -> tuple[float, float, float, float]:
    """Return both shares who came back, each weighted to all with counterparts, and how many people each is worth."""
    groups = []
    for alike in sorted({order.alike for order in orders}, key=str):
        own = [order for order in orders if order.alike == alike]
        sides = [[order.is_back for order in own if order.is_so is side] for side in (True, False)]
        if all(sides):
            groups.append(sides)
    whole = sum(len(side) for sides in groups for side in sides)
    found = []
    for place in (0, 1):
        weights = [sum(map(len, sides)) / whole for sides in groups]
        share = sum(w * sum(sides[place]) / len(sides[place]) for w, sides in zip(weights, groups, strict=True))
        found.append((share, 1 / sum(w * w / len(sides[place]) for w, sides in zip(weights, groups, strict=True))))
    return found[0][0], found[1][0], found[0][1], found[1][1]


def newcombe(share: float, people: float, other: float, others: float) -> tuple[float, float]:
    """Return the interval of a difference of two shares: square-and-add of both score intervals (Newcombe's tenth)."""
    low, high = _score(share, people)
    other_low, other_high = _score(other, others)
    difference = share - other
    return (
        difference - math.sqrt((share - low) ** 2 + (other_high - other) ** 2),
        difference + math.sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )


def _score(share: float, people: float) -> tuple[float, float]:
    z = 1.959963984540054
    roots = math.sqrt(z * z + 4 * people * share * (1 - share))
    return tuple((2 * people * share + z * z + sign * z * roots) / (2 * (people + z * z)) for sign in (-1, 1))  # type: ignore[return-value]
