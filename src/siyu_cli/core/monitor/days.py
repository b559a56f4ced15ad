"""Which days are like no others, and up to which day the files tell of whole days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from siyu_cli.core.churn.calendar import find_festivals

CHINA = "CN"
CLOSING = time(20)  # a day whose last order came earlier was exported before it was over
_NO_TIME = time(0)
_BRIDGED_DAYS = 3
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The shop's own days, and the country whose holidays it keeps (``GB``, or a part of it, ``GB-ENG``)."""

    country: str
    own: Mapping[str, tuple[date, date]]

    def special(self, first_on: date, last_on: date) -> dict[date, str]:
        """Return day → name of the days that are neither judged nor learned from.

        Days between two public holidays belong to them where there are no more than three: a shop that closes for
        Easter is not open on the Saturday. So do the weekends on which China works instead.
        """
        is_chinese = self.country.partition("-")[0] == CHINA
        found = public_holidays(self.country, first_on, last_on)
        festivals = find_festivals(first_on, last_on, self.own)
        for festival in festivals if is_chinese else [one for one in festivals if one.name in self.own]:
            for number in range((festival.last_on - festival.first_on).days + 1):
                found[festival.first_on + number * _DAY] = festival.name
        return {day: name for day, name in sorted(found.items()) if first_on <= day <= last_on}


def public_holidays(country: str, first_on: date, last_on: date) -> dict[date, str]:
    """Return day → name of public holidays, of a country without a part those that most of its parts keep.

    With them come the days between two of them, and weekends worked instead.

    >>> public_holidays("GB", date(2010, 8, 1), date(2010, 9, 30))
    {datetime.date(2010, 8, 30): 'Late Summer Bank Holiday'}
    """
    from holidays.utils import country_holidays

    name, _dash, part = country.partition("-")
    years = range(first_on.year, last_on.year + 1)
    whole: Any = country_holidays(name, subdiv=part or None, years=years, language=None)
    found: dict[date, str] = dict(whole)
    if not part and whole.subdivisions:
        parts: list[Any] = [country_holidays(name, subdiv=one, years=years) for one in whole.subdivisions]
        days = sorted({day for kept in parts for day in kept})
        kept_by = {day: [kept[day] for kept in parts if day in kept] for day in days}
        found |= {day: names[0] for day, names in kept_by.items() if 2 * len(names) > len(parts)}
    found = _bridged(found)
    worked = getattr(whole, "weekend_workdays", ())
    found |= {day: "weekend worked" for day in worked if day.year in years}
    return {day: kept for day, kept in sorted(found.items()) if first_on <= day <= last_on}


def _bridged(holidays: Mapping[date, str]) -> dict[date, str]:
    found = dict(holidays)
    days = sorted(holidays)
    for day, other in pairwise(days):
        if 1 < (other - day).days <= _BRIDGED_DAYS + 1:
            found |= {day + number * _DAY: holidays[day] for number in range(1, (other - day).days)}
    return found


def last_whole_day(newest_on: date, newest_at: datetime | None, as_of: date) -> date:
    """Return the last day that is over: the day of the newest order, the one before where that came before 20:00.

    ``newest_at`` at midnight knows no time of day: then the day counts as over.

    >>> last_whole_day(date(2026, 6, 30), datetime(2026, 6, 30, 11, 20), date(2026, 6, 30))
    datetime.date(2026, 6, 29)
    """
    last = min(newest_on, as_of)
    if newest_at is None or newest_at.date() != last or newest_at.time() == _NO_TIME or newest_at.time() >= CLOSING:
        return last
    return last - _DAY
