"""Days on which a Chinese shop sells as on no others: 618, Double 11, the Spring Festival, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Years in which a shop can have done anything; around them no arithmetic on dates can fail.
FIRST_YEAR, LAST_YEAR = 1900, 2200

# First day of the lunar year, month × 100 + day. It falls on nearly the same date every 19 years.
_SPRING_FESTIVALS = {
    2020: 125, 2021: 212, 2022: 201, 2023: 122, 2024: 210, 2025: 129, 2026: 217, 2027: 206, 2028: 126,
    2029: 213, 2030: 203, 2031: 123, 2032: 211, 2033: 131, 2034: 219, 2035: 208, 2036: 128, 2037: 215,
    2038: 204,
}  # fmt: skip

# From the first day of sales to the last, month × 100 + day.
_CAMPAIGNS = {"618": (531, 620), "双11": (1020, 1111)}
SPRING_FESTIVAL = "春节"
_BEFORE, _AFTER = timedelta(days=14), timedelta(days=14)


@dataclass(frozen=True)
class Festival:
    """One run of days that are like no others, both ends included."""

    name: str
    first_on: date
    last_on: date


def spring_festival(year: int) -> date:
    """Return the first day of the lunar year that begins in ``year``; a day off at most outside 2020–2038.

    >>> spring_festival(2026)
    datetime.date(2026, 2, 17)
    """
    month, day = divmod(_SPRING_FESTIVALS[2020 + (year - 2020) % 19], 100)
    return date(year, month, day)


def find_festivals(first_on: date, last_on: date, own: Mapping[str, tuple[date, date]] | None = None) -> list[Festival]:
    """Return the festivals, and the shop's ``own`` days, that fall between two dates, by their first day.

    Rates of buying move with them, for members who leave as for those who stay: what was learned on other days is
    then less sure, and what is learned on these days holds for few others.

    >>> [found.name for found in find_festivals(date(2026, 6, 30), date(2026, 11, 1))]
    ['双11']
    """
    found = [
        Festival(name, *(date(year, *divmod(day, 100)) for day in days))
        for year in range(first_on.year, last_on.year + 1)
        for name, days in _CAMPAIGNS.items()
    ]
    found += [
        Festival(SPRING_FESTIVAL, spring_festival(year) - _BEFORE, spring_festival(year) + _AFTER)
        for year in range(first_on.year, last_on.year + 2)
    ]
    found += [Festival(name, *days) for name, days in (own or {}).items()]
    overlapping = (day for day in found if day.first_on <= last_on and day.last_on >= first_on)
    return sorted(overlapping, key=lambda day: (day.first_on, day.name))


def named_festivals(first_on: date, last_on: date, own: Mapping[str, tuple[date, date]] | None = None) -> pa.Table:
    """Return ``day → festival`` as the steps read it; where two meet, the one that began first."""
    import pyarrow as pa

    days: dict[date, str] = {}
    for festival in find_festivals(first_on, last_on, own):
        for number in range((festival.last_on - festival.first_on).days + 1):
            days.setdefault(festival.first_on + timedelta(days=number), festival.name)
    names = sorted(days.items())
    return pa.table({
        "day": pa.array([day for day, _ in names], pa.date32()),
        "festival": pa.array([name for _, name in names], pa.string()),
    })  # fmt: skip
