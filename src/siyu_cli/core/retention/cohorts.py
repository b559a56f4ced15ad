"""Cohorts: those who began in one period, how many of them bought in each period after it, and the mean of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siyu_cli.core.retention.periods import Periods

# From so large a share on who joined no earlier than the log began, its first period holds new members indeed.
_NEWCOMERS = 0.9
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Cohort:
    """Those who began in a period: ``active[k]`` bought in the k-th period after it, None where that is not over.

    ``repeaters`` bought on a second day of their first period; ``open_so_far`` have bought in the one that runs.
    ``is_truncated``: the log began no earlier than they did, so that many of them are no beginners.
    """

    cohort: date
    members: int
    repeaters: int
    is_truncated: bool
    active: tuple[int | None, ...]
    open_so_far: int | None

    def rate(self, period: int) -> float | None:
        """Return the share who bought in the k-th period."""
        active = self.active[period] if period < len(self.active) else None
        return None if active is None else active / self.members

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        rates = [self.rate(period) for period in range(len(self.active))]
        repeat = rate_of(self.repeaters, self.members)
        own = {key: getattr(self, key) for key in ("cohort", "members", "is_truncated", "open_so_far")}
        return {**own, "repeat_0": repeat, "active": list(self.active), "rate": rates}


def cohorts_of(sizes: Rows, cells: Rows, periods: Periods, log_began: int) -> tuple[Cohort, ...]:
    """Return every cohort, the earliest first; ``sizes`` and ``cells`` as the steps have them.

    ``log_began``: the number of the period in which the order log begins.
    """
    counted: dict[int, dict[int, int]] = {}
    for cell in cells:
        row = counted.setdefault(cell["cohort"], {})
        row[cell["period"]] = row.get(cell["period"], 0) + cell["active"]
    known: dict[int, list[int]] = {}
    for size in sizes:
        row_of = known.setdefault(size["cohort"], [0, 0, 0])
        for at, key in enumerate(("members", "newcomers", "repeaters")):
            row_of[at] += size[key]
    last = len(periods.starts) - 1
    found = []
    for number, (members, newcomers, repeaters) in sorted(known.items()):
        row = counted.get(number, {})
        active = [row.get(period, 0) if period < periods.complete else None for period in range(number, last + 1)]
        is_truncated = number <= log_began and newcomers < _NEWCOMERS * members
        so_far = None if periods.is_last_over else row.get(last, 0)
        cohort = Cohort(periods.starts[number], members, repeaters, is_truncated, tuple(active), so_far)
        found.append(cohort)
    return tuple(found)


def average(cohorts: Sequence[Cohort]) -> list[dict[str, Any]]:
    """Return the share of each period over all cohorts for which it is over; truncated ones are left out.

    A cohort of which nobody came counts with 0, one that is not old enough does not count.
    """
    told = [cohort for cohort in cohorts if not cohort.is_truncated]
    width = max((len(cohort.active) for cohort in told), default=0)
    rates = []
    for period in range(width):
        ripe = [cohort for cohort in told if cohort.rate(period) is not None]
        if ripe:
            active = sum(cohort.active[period] or 0 for cohort in ripe)
            rates.append(rate_of(active, sum(cohort.members for cohort in ripe)))
    return rates


def rate_of(numerator: int, denominator: int) -> dict[str, Any]:
    """Return a rate with what it is made of; without anybody to count there is none."""
    rate = numerator / denominator if denominator else None
    return {"rate": rate, "numerator": numerator, "denominator": denominator}
