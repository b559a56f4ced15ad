"""Lifetime value as it was: what members had brought so many days after their first order, by cohort and pooled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from siyu_cli.core.value.tables import LOOKED_AT

if TYPE_CHECKING:
    from siyu_cli.core.retention.periods import Periods

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Lifetime:
    """Those whose first order was in one month: by day, what those old enough had brought, and how many these are."""

    cohort: date
    members: int
    brought: Mapping[int, tuple[Decimal, int]]

    def per_member(self, days: int) -> float | None:
        """Return what they had brought per member by then; None until all of them are that old."""
        sales, ripe = self.brought.get(days, (Decimal(0), 0))
        return float(sales) / ripe if ripe == self.members else None

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines; days that nobody is old enough for are null."""
        told: dict[str, Any] = {}
        for days in LOOKED_AT:
            sales, ripe = self.brought.get(days, (Decimal(0), 0))
            is_whole = ripe == self.members
            per_member = float(sales) / ripe if ripe else None
            own = {"ripe": ripe, "net_sales": sales, "per_member": per_member, "is_whole_cohort": is_whole}
            told[str(days)] = own if ripe else None
        return {"cohort": self.cohort, "members": self.members, "ltv": told}


def lifetimes_of(cells: Rows, ages: Rows, periods: Periods) -> tuple[Lifetime, ...]:
    """Return every cohort, the earliest first; ``cells`` and ``ages`` as the steps have them."""
    people: dict[int, dict[int, int]] = {}
    for row in ages:
        of_cohort = people.setdefault(row["cohort"], {})
        of_cohort[row["age_days"]] = of_cohort.get(row["age_days"], 0) + row["members"]
    sales: dict[tuple[int, int], Decimal] = {}
    for row in cells:
        key = (row["cohort"], row["horizon"])
        sales[key] = sales.get(key, Decimal(0)) + row["net_sales"]
    found = []
    for cohort, members in sorted(people.items()):
        ripe = {days: sum(count for age, count in members.items() if age >= days) for days in LOOKED_AT}
        brought = {days: (sales.get((cohort, days), Decimal(0)), ripe[days]) for days in LOOKED_AT if ripe[days]}
        found.append(Lifetime(periods.starts[cohort], sum(members.values()), brought))
    return tuple(found)


def stacked(line: Rows, ages: Rows, looked_at: Sequence[int] = LOOKED_AT) -> dict[int, dict[str, Any]]:
    """Return what a member brings by each day: every day's mean over all who are old enough for it, summed.

    So a young member counts for the days that were seen of them, and nobody old is taken for all. ``ripe`` is how many
    the last of these days rests on.
    """
    counts: dict[int, int] = {}
    for row in ages:
        counts[row["age_days"]] = counts.get(row["age_days"], 0) + row["members"]
    brought: dict[int, Decimal] = {}
    for row in line:
        brought[row["days"]] = brought.get(row["days"], Decimal(0)) + row["net_sales"]
    ripe, total, found = sum(counts.values()), 0.0, {}
    for day in range(max(looked_at) + 1):
        if not ripe:
            break
        total += float(brought.get(day, Decimal(0))) / ripe
        if day in looked_at:
            found[day] = {"per_member": total, "ripe": ripe}
        ripe -= counts.get(day, 0)
    return found
