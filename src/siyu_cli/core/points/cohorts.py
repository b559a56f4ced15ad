"""Cohorts of points: what was earned in a month, what of it was spent since, and what it will come to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from siyu_cli.core.points.chain_ladder import Projection, project
from siyu_cli.core.points.lots import Burns
from siyu_cli.core.points.replay import Ints

LEAST_MONTHS = 12
# A rate less sure than that says nothing.
_MOST_ERROR = 0.25
_MOST_MONTHS = 120


def months_of(days: Ints) -> Ints:
    """Return the month of each day since 1970, counted from January 1970."""
    months: Ints = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months


def month_name(month: int) -> str:
    """Return the name of a month counted from January 1970.

    >>> month_name(12 * 56)
    '2026-01'
    """
    return f"{1970 + month // 12}-{month % 12 + 1:02}"


def last_whole_month(as_of: date) -> int:
    """Return the last month that is over by the end of a day, counted from January 1970."""
    following = as_of + timedelta(1)
    return (following.year - 1970) * 12 + following.month - 2


def cohorts_of(burns: Burns, as_of: date) -> tuple[list[dict[str, Any]], float | None, float | None]:
    """Return a row per month as in ``POINT_COHORTS``, and the rate all of them come to with its standard error.

    Rates are empty where fewer than twelve whole months are known; that of all also where its error is above a quarter.
    """
    if not len(burns.day):
        return [], None, None
    earned_in = months_of(burns.day)
    first, last = int(earned_in.min()), int(earned_in.max())
    size = last - first + 1
    today = (as_of - date(1970, 1, 1)).days
    burned_of_lot = np.zeros(len(burns.day), np.int64)
    np.add.at(burned_of_lot, burns.burned_lot, burns.burned)
    lapsed = np.where(burns.last_day < today, burns.earned - burned_of_lot, 0)

    def by_month(units: Ints) -> Ints:
        total = np.zeros(size, np.int64)
        np.add.at(total, earned_in - first, units)
        return total

    sums = {"earned": by_month(burns.earned), "redeemed": by_month(burned_of_lot), "expired": by_month(lapsed)}
    start, triangle = _triangle(burns, earned_in, last_whole_month(as_of))
    found = None if triangle is None else project(triangle)
    rows: list[dict[str, Any]] = []
    for place in range(size):
        if not sums["earned"][place] and not sums["redeemed"][place]:
            continue
        amounts = {key: Decimal(int(units[place])) / 100 for key, units in sums.items()}
        rates = _rates(found, first + place - start, int(sums["earned"][place]))
        rows.append({"month": month_name(first + place), **amounts, **rates})
    if triangle is None or found is None:
        return rows, None, None
    whole = sums["earned"][start - first : start - first + len(triangle)].sum()
    if whole <= 0 or found.se / whole > _MOST_ERROR:
        return rows, None, None
    return rows, min(found.total / whole, 1.0), found.se / whole


def _triangle(burns: Burns, earned_in: Ints, last: int) -> tuple[int, Any]:
    """Return the first cohort's month and what was spent of each by its age in months; None for too short a history."""
    first = max(int(earned_in.min()), last - _MOST_MONTHS + 1)
    size = last - first + 1
    if size < LEAST_MONTHS:
        return first, None
    cohort = earned_in[burns.burned_lot]
    spent_in = months_of(burns.burned_day)
    is_in = (cohort >= first) & (spent_in <= last)
    triangle = np.zeros((size, size))
    np.add.at(triangle, (cohort[is_in] - first, (spent_in - cohort)[is_in]), burns.burned[is_in])
    return first, np.cumsum(triangle, axis=1)


def _rates(found: Projection | None, place: int, earned: int) -> dict[str, float | None]:
    if found is None or not 0 <= place < len(found.ultimate) or earned <= 0:
        return {"ultimate_rate": None, "se": None}
    rate, error = found.ultimate[place] / earned, found.se_of_each[place] / earned
    return {"ultimate_rate": min(float(rate), 1.0), "se": float(error)}


def redemption_rate(burns: Burns, as_of: date) -> float | None:
    """Return what was spent of the points whose last day is past; None where there are none."""
    ended = burns.last_day < (as_of - date(1970, 1, 1)).days
    earned = int(burns.earned[ended].sum())
    burned = int(burns.burned[ended[burns.burned_lot]].sum())
    return burned / earned if earned > 0 else None
