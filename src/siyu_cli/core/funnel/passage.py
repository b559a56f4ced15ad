"""How members passed through a funnel: who took each step in time, how soon, and how long the rest are waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siyu_cli.core.retention.cohorts import rate_of
from siyu_cli.core.retention.survival import Survival

if TYPE_CHECKING:
    from siyu_cli.core.funnel.course import Course

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Days:
    """How many days those took who came: only theirs, so that the slow, who have not come yet, are not among them."""

    median: float | None
    p25: float | None
    p75: float | None
    mean: float | None

    @classmethod
    def of(cls, counted: Mapping[int, int]) -> Days:
        """Return the spread of days → members; between two of them halfway, as usual.

        >>> Days.of({1: 1, 4: 1, 10: 2})
        Days(median=7.0, p25=3.25, p75=10.0, mean=6.25)
        """
        members = sum(counted.values())
        if not members:
            return cls(None, None, None, None)
        mean = sum(days * count for days, count in counted.items()) / members
        median, p25, p75 = (_quantile(sorted(counted.items()), members, share) for share in (0.5, 0.25, 0.75))
        return cls(median, p25, p75, mean)


@dataclass(frozen=True)
class Taken:
    """One step: how many of those old enough took it in time, of how many who took the step before."""

    number: int
    kind: str | None  # None where steps count in any order
    members: int
    before: int | None
    entered: int
    days: Days
    days_from_entry: Days
    wait: Survival | None

    @property
    def dropped_off(self) -> int | None:
        """Return how many took the step before and not this one."""
        return None if self.before is None else self.before - self.members

    @property
    def step_rate(self) -> dict[str, Any] | None:
        """Return the share of those who took the step before; None for the first."""
        return None if self.before is None else rate_of(self.members, self.before)

    @property
    def total_rate(self) -> dict[str, Any]:
        """Return the share of those who entered."""
        return rate_of(self.members, self.entered)

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        rates = {"step_rate": self.step_rate, "total_rate": self.total_rate, "dropped_off": self.dropped_off}
        wait = None if self.wait is None else self.wait.as_dict()
        is_later = self.before is not None
        return {
            "step": self.number, "kind": self.kind, "members": self.members, **rates,
            "days": vars(self.days) if is_later else None,
            "days_from_entry": vars(self.days_from_entry) if is_later else None,
            "wait": wait,
        }  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """Some members' way: ``ripe`` entered long enough ago to be counted, ``too_young`` have still time."""

    ripe: int
    too_young: int
    steps: tuple[Taken, ...]

    @property
    def members(self) -> int:
        """Return how many entered."""
        return self.ripe + self.too_young

    @property
    def worst(self) -> Taken | None:
        """Return the step before which most were lost; None where nobody was counted or lost."""
        lost = [step for step in self.steps if step.dropped_off]
        return max(lost, key=lambda step: (step.dropped_off, -step.number)) if lost else None

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "ripe": self.ripe, "too_young": self.too_young, "steps": [step.as_dict() for step in self.steps],
        }  # fmt: skip


def passage_of(rows: Mapping[str, Rows], course: Course) -> Passage:
    """Return how the members went that rows of the steps are about."""
    depths = {True: dict.fromkeys(range(1, course.length + 1), 0), False: {0: 0}}
    for row in rows["funnel_counts"]:
        of_age = depths[bool(row["is_ripe"])]
        of_age[row["depth"]] = of_age.get(row["depth"], 0) + row["members"]
    reached = [sum(n for depth, n in depths[True].items() if depth >= place) for place in range(1, course.length + 1)]
    spans: dict[tuple[int, str], dict[int, int]] = {}
    for row in rows["funnel_spans"]:
        days = spans.setdefault((row["place"], row["since"]), {})
        days[row["days"]] = days.get(row["days"], 0) + row["members"]
    waits: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows.get("funnel_waits", ()):
        waits.setdefault(row["number"], []).append(row)
    kinds = [None] * course.length if course.order == "unordered" else course.steps
    steps = tuple(
        Taken(
            place, kind, reached[place - 1], reached[place - 2] if place > 1 else None, reached[0],
            Days.of(spans.get((place, "previous"), {})), Days.of(spans.get((place, "entry"), {})),
            Survival.of(waits[place - 1]) if place - 1 in waits else None,
        )
        for place, kind in enumerate(kinds, start=1)
    )  # fmt: skip
    return Passage(reached[0], sum(depths[False].values()), steps)


def _quantile(counted: Sequence[tuple[int, int]], members: int, share: float) -> float:
    position = (members - 1) * share
    low, part = int(position), position - int(position)
    lower, upper = _at(counted, low), _at(counted, min(low + 1, members - 1))
    return lower + (upper - lower) * part


def _at(counted: Sequence[tuple[int, int]], place: int) -> float:
    for days, members in counted:
        if place < members:
            return float(days)
        place -= members
    raise IndexError(place)
