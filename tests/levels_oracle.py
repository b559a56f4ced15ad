"""Levels again, in plain Python: one member, day after day, every figure added up anew from all that was bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

DAY = timedelta(1)


class Paid(NamedTuple):
    """One order: when and how much was paid, and what was given back when."""

    day: date
    amount: Decimal
    back_on: date | None = None
    back: Decimal = Decimal(0)


class Entry(NamedTuple):
    day: date
    level_from: int
    level_to: int
    why: str
    figure: Decimal


@dataclass
class Standing:
    log: list[Entry]
    level: int = 0
    valid_until: date | None = None


def anniversary(joined: date, year: int) -> date:
    try:
        return joined.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def opens(rule: dict[str, Any], day: date, joined: date) -> date:
    """Return the first day of the window that ends on a day."""
    match rule["window"]:
        case "rolling":
            return day - timedelta(rule["days"] - 1)
        case "calendar":
            return date(day.year, 1, 1)
        case "anniversary":
            this_year = anniversary(joined, day.year)
            return this_year if this_year <= day else anniversary(joined, day.year - 1)
    return date.min


def figure(rule: dict[str, Any], paid: Sequence[Paid], day: date, joined: date) -> Decimal:
    first = opens(rule, day, joined)
    total = Decimal(0)
    for one in paid:
        if first <= one.day <= day:
            total += one.amount
            if one.back_on is not None and one.back_on <= day:
                total -= one.back
    return max(total, Decimal(0))


def day_by_day(rule: dict[str, Any], paid: Sequence[Paid], as_of: date, joined: date | None = None) -> Standing:
    """Return a member's levels; ``rule`` as the vectors write it, tiers from the lowest."""
    froms = [Decimal(str(tier["from_"])) for tier in rule["tiers"]]
    keeps = [Decimal(str(tier.get("keep", tier["from_"]))) for tier in rule["tiers"]]
    state, before = Standing([]), {0: 0}
    if not paid:
        return state
    start = min(one.day for one in paid)
    joined = joined or start
    day = start

    def until(day: date) -> date:
        return date(day.year + 1, 12, 31) if rule["window"] == "calendar" else day + timedelta(rule["keep_days"])

    def put(level: int, why: str, amount: Decimal) -> None:
        state.log.append(Entry(day, state.level, level, why, amount))
        if level > state.level:
            before[level] = state.level
        state.level, state.valid_until = level, until(day) if level else None

    while day <= as_of:
        q = figure(rule, paid, day, joined)
        earned = max(place for place, least in enumerate(froms) if q >= least)
        bought = any(one.day == day for one in paid)
        felt = any(one.back_on == day and one.day >= opens(rule, day, joined) and one.back for one in paid)
        limit = min(froms[state.level], keeps[state.level])
        if earned > state.level and (bought or rule["down"] != "base"):
            put(earned, "up", q)
        elif state.level and rule.get("on_refund") == "recheck" and felt and q < limit:
            put(max(earned, before.get(state.level, 0)), "refund", q)
        elif state.level and state.valid_until is not None and day >= state.valid_until:
            if q >= keeps[state.level]:
                put(state.level, "kept" if day == state.valid_until else "kept_in_grace", q)
            elif day == state.valid_until + timedelta(rule["grace_days"]):
                put({"one": max(state.level - 1, earned), "earned": earned, "base": 0}[rule["down"]], "down", q)
        day += DAY
    return state
