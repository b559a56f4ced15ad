"""Calendar periods: days, weeks from Monday, months; which one a date is in, and whether it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

PERIODS = ("day", "week", "month")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Periods:
    """The periods from the one of ``first_on`` to the one of ``as_of``, numbered from 0.

    >>> Periods.of("month", date(2026, 1, 31), date(2026, 3, 30)).starts
    (datetime.date(2026, 1, 1), datetime.date(2026, 2, 1), datetime.date(2026, 3, 1))
    """

    first_on: date
    as_of: date
    starts: tuple[date, ...]
    is_last_over: bool

    @classmethod
    def of(cls, period: str, first_on: date, as_of: date) -> Periods:
        """Return the periods of a kind (see ``PERIODS``) that reach from a date to another."""
        starts = [_start(period, first_on)]
        while (following := _following(period, starts[-1])) <= as_of:
            starts.append(following)
        return cls(first_on, as_of, tuple(starts), following == as_of + _DAY)

    @property
    def complete(self) -> int:
        """Return how many of them are over."""
        return len(self.starts) - (not self.is_last_over)

    def number_of(self, day: date) -> int:
        """Return the number of the period a date is in."""
        return sum(start <= day for start in self.starts) - 1

    def table(self) -> pa.Table:
        """Return ``day → period`` for every date, as the steps read it."""
        import pyarrow as pa

        days = [self.starts[0] + timedelta(days=at) for at in range((self.as_of - self.starts[0]).days + 1)]
        numbers, ends = [], iter((*self.starts[1:], date.max))
        end, number = next(ends), 0
        for day in days:
            if day >= end:
                end, number = next(ends), number + 1
            numbers.append(number)
        return pa.table({"day": pa.array(days, pa.date32()), "period": pa.array(numbers, pa.int64())})


def _start(period: str, day: date) -> date:
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def _following(period: str, start: date) -> date:
    if period == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if period == "week" else 1)
