"""How many members stand in each stage, week by week, as the lists that siyu kept have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.core.monitor.judging import before, medians, scaled, spreads, unscaled
from siyu_cli.core.monitor.watched import YEAR_DAYS, Point, State, Watched, in_episodes

if TYPE_CHECKING:
    from siyu_cli.core.monitor.judging import Floats

Looks = Sequence[tuple[date, Mapping[str, int]]]  # a date and its members by stage, the earliest first
CHANGES_USED, CHANGES_LEAST = 26, 12
NEEDS = "snapshots"
PREFIX = "stage_"
_WEEKLY = range(5, 11)  # days between two lists that count as a week
# A median of absolute deviations tells as much of a spread as a standard deviation of so many fewer values.
_EFFICIENCY = 0.37
_STEADIEST = 0.1  # on the scale of counts: a change of some 10 in 10,000 members is none


def weekly(looks: Looks) -> Looks:
    """Return the last list of each calendar week, the earliest week first."""
    found = {day.isocalendar()[:2]: (day, counts) for day, counts in sorted(looks, key=lambda look: look[0])}
    return tuple(found[week] for week in sorted(found))


def watch_stages(looks: Looks, chance: float) -> list[Watched]:
    """Return each stage's count, judged by its changes from week to week; all of them unwatched under 13 weeks."""
    import numpy as np

    looks = weekly(looks)
    found = []
    for stage in STAGES:
        counts = np.array([float(counts.get(stage, 0)) for _day, counts in looks])
        points = list(in_episodes(_points([day for day, _counts in looks], counts, chance), within_days=10))
        points = [point for point in points if (looks[-1][0] - point.on).days < YEAR_DAYS]
        needs = None if any(point.z is not None for point in points) else NEEDS
        found.append(Watched(PREFIX + stage, "members", None, points, [one for one in points if one.rings], needs))
    return found


def _points(days: Sequence[date], counts: Floats, chance: float) -> Iterator[Point]:
    """Yield a point a week. A change is held against the median of those before it; its spread is learned, too."""
    import numpy as np
    from scipy.special import stdtrit

    x = scaled(counts, "count")
    gaps = np.diff([day.toordinal() for day in days], prepend=days[0].toordinal() if days else 0)
    changes = np.where(np.isin(gaps, list(_WEEKLY)), np.diff(x, prepend=np.nan), np.nan)
    usual = before(changes, CHANGES_USED, CHANGES_LEAST, medians)
    spread = np.maximum(before(changes, CHANGES_USED, CHANGES_LEAST, spreads), _STEADIEST)
    learned = np.minimum(np.cumsum(~np.isnan(changes)) - ~np.isnan(changes), CHANGES_USED)
    for week, day in enumerate(days):
        z = (changes[week] - usual[week]) / spread[week]
        if np.isnan(z):
            yield Point(day, float(counts[week]), "unwatched")
            continue
        limit = -float(stdtrit(_EFFICIENCY * learned[week], chance / 2))  # Student's
        middle, reach = x[week - 1] + usual[week], limit * spread[week]
        expected, low, high = (
            float(one) for one in unscaled(np.array([middle, middle - reach, middle + reach]), "count")
        )
        state: State = "jump" if abs(z) > limit else "normal"
        yield Point(day, float(counts[week]), state, expected, low, high, float(z))
