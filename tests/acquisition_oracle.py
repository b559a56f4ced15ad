"""Acquisition stated once more, slowly and without SQL: one member after another, one day after another.

It goes by LIFECYCLE's definitions and shares nothing with what it is held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

PLACES = ("member", "invite", "contact")


@dataclass(frozen=True)
class Newcomer:
    """One member: what touched them (date, source, told by), days they bought on, net sales by day."""

    joined_on: date | None
    touches: Sequence[tuple[date, str, str]] = ()
    bought_on: Sequence[date] = ()
    money: Mapping[date, Fraction] = field(default_factory=dict)

    @property
    def first_order_on(self) -> date | None:
        return min(self.bought_on, default=None)

    @property
    def acquired_on(self) -> date:
        return min(day for day in (self.joined_on, self.first_order_on) if day is not None)

    def sources(self, attribution: str) -> dict[str | None, Fraction]:
        """Return which share of the member each source is given."""
        in_time = [t for t in self.touches if self.first_order_on is None or t[0] <= self.first_order_on]
        touches = sorted(in_time or self.touches, key=lambda t: (t[0], PLACES.index(t[2]), t[1]))
        if not touches:
            return {None: Fraction(1)}
        if attribution == "even":
            names = {name for _, name, _ in touches}
            return {name: Fraction(1, len(names)) for name in names}
        chosen = touches[0]
        if attribution == "last":
            chosen = next(t for t in touches if t[0] == touches[-1][0])
        return {chosen[1]: Fraction(1)}


def month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def count(
    people: Sequence[Newcomer],
    source: str | None,
    attribution: str,
    as_of: date,
    margin: Fraction,
    cost: Fraction | None,
) -> dict[str, object]:
    """Return what one source brought, over all months that are over; ``cost`` is all that was spent on it in them."""
    own = [
        (person, person.sources(attribution)[source])
        for person in people
        if source in person.sources(attribution) and month_end(person.acquired_on) <= as_of
    ]
    told: dict[str, object] = {
        "new_members": sum(share for _, share in own),
        "new_buyers": sum(share for person, share in own if person.bought_on),
    }
    for days in (30, 90, 180, 365):
        ripe = [(p, share) for p, share in own if month_end(p.acquired_on) + timedelta(days=days) <= as_of]
        told[f"ripe_{days}"] = sum(share for _, share in ripe)
        told[f"sales_{days}"] = sum(
            share * amount
            for p, share in ripe
            for day, amount in p.money.items()
            if 0 <= (day - p.acquired_on).days <= days
        )
    told["payback_days"] = None
    members = sum(share for _, share in own)
    if cost is not None and members:
        total = Fraction(0)
        for day in range(max((as_of - p.acquired_on).days for p, _ in own) + 1):
            old_enough = [(p, share) for p, share in own if (as_of - p.acquired_on).days >= day]
            brought = sum(
                share * p.money.get(p.acquired_on + timedelta(days=day), Fraction(0)) for p, share in old_enough
            )
            total += margin * brought / sum(share for _, share in old_enough)
            if total >= cost / members:
                told["payback_days"] = day
                break
    return told
