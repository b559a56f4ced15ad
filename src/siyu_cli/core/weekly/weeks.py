"""Weeks from Monday to Sunday: the last one that is over, and which earlier one it is held against."""

from __future__ import annotations

from datetime import date, timedelta

from siyu_cli.core.churn.calendar import SPRING_FESTIVAL, find_festivals, spring_festival

WEEK = timedelta(days=7)
_SIX_DAYS = timedelta(days=6)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week.

    >>> monday_of(date(2026, 6, 28))
    datetime.date(2026, 6, 22)
    """
    return day - timedelta(days=day.weekday())


def last_week(as_of: date) -> date:
    """Return the Monday of the last week that is over on a day: a Sunday ends its own.

    >>> last_week(date(2026, 6, 28)), last_week(date(2026, 6, 30))
    (datetime.date(2026, 6, 22), datetime.date(2026, 6, 22))
    """
    return monday_of(as_of - _SIX_DAYS)


def sunday_of(monday: date) -> date:
    """Return the last day of a week."""
    return monday + _SIX_DAYS


def is_spring_festival(monday: date) -> bool:
    """Return whether a week, or the one before it, lies around the Spring Festival, when shops sell as in no other."""
    return any(day.name == SPRING_FESTIVAL for day in find_festivals(monday - WEEK, sunday_of(monday)))


def week_before(monday: date) -> date:
    """Return the week that a week is held against: the one before, around the Spring Festival the same lunar one.

    >>> week_before(date(2026, 6, 22)), week_before(date(2026, 2, 16))
    (datetime.date(2026, 6, 15), datetime.date(2025, 1, 27))
    """
    if not is_spring_festival(monday):
        return monday - WEEK
    year = (sunday_of(monday) + 2 * WEEK).year  # the festival may be two weeks off, in the new year
    year = min((year - 1, year), key=lambda one: abs(monday_of(spring_festival(one)) - monday))
    return monday_of(spring_festival(year - 1)) + (monday - monday_of(spring_festival(year)))
