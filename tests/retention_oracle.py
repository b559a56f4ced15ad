"""Retention stated once more, slowly and without SQL: a member is a start, days they bought on, money by day.

It goes by LIFECYCLE's definitions member by member, and shares nothing with what it is held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine


@dataclass(frozen=True)
class Person:
    """One member; ``is_new`` says that their first order in the log is their first ever."""

    bought_on: Sequence[date]
    money: Mapping[date, Decimal] = field(default_factory=dict)
    start: date | None = None
    is_new: bool = True


def period_of(day: date, period: str) -> date:
    """Return the first day of the period a date is in."""
    if period == "month":
        return date(day.year, day.month, 1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def after(start: date, period: str) -> date:
    """Return the first day of the next period."""
    if period == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return start + timedelta(days={"week": 7, "day": 1}[period])


def is_over(start: date, period: str, as_of: date) -> bool:
    return after(start, period) - timedelta(days=1) <= as_of


def cohorts(people: Sequence[Person], period: str, as_of: date) -> dict[date, tuple[int, list[int | None], int]]:
    """Return cohort → members, those active in each period from the first to as_of's, those who repeat at once."""
    found = {}
    for cohort in sorted({period_of(person.start, period) for person in people if person.start}):
        members = [person for person in people if person.start and period_of(person.start, period) == cohort]
        active: list[int | None] = []
        at = cohort
        while at <= as_of:
            came = sum(any(period_of(day, period) == at for day in person.bought_on) for person in members)
            active.append(came if is_over(at, period, as_of) else None)
            at = after(at, period)
        repeat = sum(
            len(person.bought_on) > 1 and period_of(sorted(person.bought_on)[1], period) == cohort for person in members
        )
        found[cohort] = (len(members), active, repeat)
    return found


def back(people: Sequence[Person], first: int, last: int, ripe: int, as_of: date) -> tuple[int, int]:
    """Return how many bought on a day from ``first`` to ``last`` after their start, of how many ``ripe`` days old."""
    old = [person for person in people if person.start and person.start + timedelta(days=ripe) <= as_of]
    came = sum(any(first <= (day - person.start).days <= last for day in person.bought_on) for person in old)  # type: ignore[operator]
    return came, len(old)


def growth(people: Sequence[Person], at: date, period: str) -> dict[str, int]:
    """Return new, retained, returned and lost members of the period that begins ``at``."""
    before = period_of(at - timedelta(days=1), period)
    moves = {"new": 0, "retained": 0, "returned": 0, "lost": 0}
    for person in people:
        active = {period_of(day, period) for day in person.bought_on}
        if at in active:
            is_first = person.is_new and at == min(active)
            moves["new" if is_first else "retained" if before in active else "returned"] += 1
        elif before in active:
            moves["lost"] += 1
    return moves


def money(people: Sequence[Person], at: date, period: str) -> Decimal:
    """Return the net sales of a period."""
    return sum(
        (amount for person in people for day, amount in person.money.items() if period_of(day, period) == at),
        Decimal(0),
    )


def kaplan_meier(waits: Sequence[tuple[int, bool]], days: int) -> float:
    """Return the share who have not come after so many days: (days waited, whether they came)."""
    silent = 1.0
    for wait in sorted({wait for wait, came in waits if came and wait <= days}):
        at_risk = sum(other >= wait for other, _ in waits)
        silent *= 1 - sum(other == wait and came for other, came in waits) / at_risk
    return silent


def waits_of(people: Sequence[Person], number: int, as_of: date) -> list[tuple[int, bool]]:
    """Return the waits from the ``number``-th purchase day for the next, of those whose first is known."""
    found = []
    for person in people:
        days = sorted(person.bought_on)
        if person.is_new and len(days) >= number:
            over = dict(enumerate(pairwise(days), start=1)).get(number)
            found.append(((over[1] - over[0]).days, True) if over else ((as_of - days[number - 1]).days, False))
    return found


def people_of(engine: Engine, start: str) -> list[Person]:
    """Return the members as the oracle knows them; what a purchase is, the core's own oracle has settled."""
    days: dict[str, dict[date, Decimal]] = {}
    visits: dict[str, list[date]] = {}
    for row in engine.read("purchases", ["member_id", "ordered_on"]).to_pylist():
        money = days.setdefault(row["member_id"], {})
        net = row["paid_amount"] - row["refunded_amount"]
        money[row["ordered_on"]] = money.get(row["ordered_on"], Decimal(0)) + net
        if row["order_count"]:
            visits.setdefault(row["member_id"], []).append(row["ordered_on"])
    people = []
    for row in engine.read("features", ["member_id"]).to_pylist():
        own, is_known = visits.get(row["member_id"], []), row["history"] in ("full", "none")
        dates = [min(own)] if own else []
        if start == "joined":
            dates += [row["joined_on"]] if row["joined_on"] else []
        began = min(dates) if dates and is_known else None
        people.append(Person(own, days.get(row["member_id"], {}), began, row["history"] == "full"))
    return people
