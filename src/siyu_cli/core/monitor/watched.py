"""One figure watched over its days or weeks: what each was held against, and where it rang."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import isnan
from typing import TYPE_CHECKING, Literal

from siyu_cli.core.monitor.drift import Drift, Rung, find_drift
from siyu_cli.core.monitor.judging import Judged, is_closed, judge, unscaled

if TYPE_CHECKING:
    from siyu_cli.core.monitor.budget import Budget
    from siyu_cli.core.monitor.judging import Flags, Floats

State = Literal["normal", "jump", "drift", "special", "unwatched"]
RINGING = ("jump", "drift")
YEAR_DAYS = 365
_ONE_EPISODE_DAYS = 7  # jumps to one side no further apart are one
_EARLIER_DAYS = 60  # in which an episode of the year may have begun


@dataclass(frozen=True)
class Point:
    """One day, or the week that ends on it: what it was, was expected to be, and its state; ``since`` when it began."""

    on: date
    value: float | None
    state: State
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    since: date | None = None

    @property
    def rings(self) -> bool:
        """Return whether this is an alarm."""
        return self.state in RINGING


@dataclass(frozen=True)
class Watched:
    """A figure of the whole shop, or of one part of it: its days or weeks of the past year, the oldest first.

    ``needs`` is the table of which the files have nothing, or not enough. ``rings`` are its alarms: on one day a jump
    may lie and a drift be found.
    """

    metric: str
    unit: str
    part: str | None
    points: Sequence[Point] = field(default=(), repr=False)
    rings: Sequence[Point] = field(default=(), repr=False)
    needs: str | None = None

    @property
    def is_watched(self) -> bool:
        """Return whether anything of it is judged."""
        return any(point.z is not None for point in self.points)


@dataclass(frozen=True)
class Daily:
    """The numbers of one figure on days that follow each other, and what they are held against."""

    metric: str
    unit: str
    part: str | None
    first_on: date
    values: Floats = field(repr=False)
    judged: Judged = field(repr=False)
    special: Flags = field(repr=False)

    def day(self, place: int) -> date:
        """Return the day at a place."""
        return self.first_on + timedelta(days=place)

    @property
    def is_watched(self) -> bool:
        """Return whether a day of the past year is judged."""
        import numpy as np

        return bool((~np.isnan(self.judged.z[-YEAR_DAYS:])).any())

    def watch(self, budget: Budget) -> Watched:
        """Return its days of the past year, and where it rang within what it may ring for nothing."""
        limit = budget.jump(self.judged.kind)
        between = self.judged.told(limit)
        begin = max(0, len(self.values) - YEAR_DAYS - _EARLIER_DAYS)
        told = zip(*(one[begin:].tolist() for one in (self.values, *between, self.judged.z)), strict=True)
        plain = (self._point(place, value, reach, z, limit) for place, (value, *reach, z) in enumerate(told, begin))
        points = list(in_episodes(plain, _ONE_EPISODE_DAYS))
        rings = [point for point in points if point.rings]
        for rung in find_drift(self.judged.z, self.first_on.weekday(), Drift(budget.drift)):
            place = rung.place - begin
            if place >= 0:
                rings.append(self._week(rung, between))
                if not points[place].rings:
                    points[place] = replace(points[place], state="drift", since=self.day(rung.since))
        begin_on = self.day(len(self.values) - YEAR_DAYS)
        rings = sorted((ring for ring in rings if ring.on >= begin_on), key=lambda ring: ring.on)
        return Watched(self.metric, self.unit, self.part, points[-YEAR_DAYS:], rings)

    def _week(self, rung: Rung, between: Sequence[Floats]) -> Point:
        """Return the week whose sum rang: a day of it as it was and was expected, on average of the days judged."""
        import numpy as np

        week = slice(rung.place - rung.days + 1, rung.place + 1)
        known = ~np.isnan(self.judged.z[week])
        value, expected, low, high = (float(one[week][known].mean()) for one in (self.values, *between))
        return Point(self.day(rung.place), value, "drift", expected, low, high, rung.step, self.day(rung.since))

    def _point(self, place: int, value: float, between: Sequence[float], z: float, limit: float) -> Point:
        known: State = "unwatched" if isnan(z) else "jump" if abs(z) > limit else "normal"
        state: State = "special" if self.special[place] else known
        expected, low, high, away = (None if isnan(one) else float(one) for one in (*between, z))
        return Point(self.day(place), float(value), state, expected, low, high, away)


def judge_days(values: Floats, kind: str, special: Flags, sold: Floats | None, begin: int) -> Judged:
    """Return the days of one figure judged: from its first row on, at ``begin`` or later, where its weekday is open.

    ``sold`` are the shop's orders, by which it is open; None where none are known.
    """
    import numpy as np

    ordinary = ~special
    ordinary[: max(begin, _first(values))] = False
    closed = np.zeros(len(values), dtype=bool) if sold is None else is_closed(sold, ~special)
    return judge(values, kind, ordinary, closed)


def _first(values: Floats) -> int:
    """Return the place of the first number that is not 0."""
    import numpy as np

    found = np.flatnonzero(values)
    return int(found[0]) if len(found) else len(values)


def without_a_sale(sums: Judged, counts: Judged) -> Judged:
    """Return sums with the ``z`` of the count that makes them up on days on which there was nothing to sum."""
    import numpy as np

    nothing = np.isnan(sums.scaled) & ~np.isnan(sums.spread) & (unscaled(counts.scaled, "count") == 0)
    return replace(sums, z=np.where(nothing, counts.z, sums.z))


def in_episodes(points: Iterable[Point], within_days: int) -> Iterator[Point]:
    """Yield the points, each jump with the first day of its episode: jumps to one side, close upon each other."""
    first: Point | None = None
    last: Point | None = None
    for point in points:
        if point.state != "jump" or point.z is None:
            yield point
            continue
        is_same = first is not None and last is not None and (last.z or 0) * point.z > 0
        if not (is_same and last is not None and (point.on - last.on).days <= within_days):
            first = point
        last = point
        yield replace(point, since=first.on if first else point.on)
