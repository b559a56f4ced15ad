"""Small changes that last: a CUSUM over weeks, each in units of how weeks usually lie.

Days of a shop hang together, and its level wanders: sums of such days leave their usual width oftener than those of
independent ones. So a week is divided by the width of the shop's own past weeks, and by how much one follows another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING

from siyu_cli.core.monitor.arl import K

if TYPE_CHECKING:
    from siyu_cli.core.monitor.judging import Floats

WEEK = 7
SILENT_DAYS = 28  # after which the same weekdays of the last eight weeks stand at the new level
_MOST_Z = 3.0  # one day that lies far off is a jump, and no drift
_LEAST_DAYS = 3
_WEEKS_USED, _WEEKS_LEAST = 52, 8
_MOST_U = 4.0
_MOST_FOLLOWED = 0.7


@dataclass(frozen=True)
class Drift:
    """The limit on the sums, and over how many days one step goes.

    Without ``is_scaled`` steps are taken as independent: the textbook's CUSUM, of days where ``days`` is 1.
    """

    limit: float
    days: int = WEEK
    is_scaled: bool = True


@dataclass(frozen=True)
class Rung:
    """The last day of the step that rang, the first day of the run that led there, the step's days and its value."""

    place: int
    since: int
    days: int
    step: float


def find_drift(z: Floats, weekday: int, rule: Drift) -> list[Rung]:
    """Return when the sums left their limits; ``weekday`` is that of the first day, 0 a Monday.

    A week without three judged days is passed over. After an alarm nothing is summed for 28 days; by then the weeks
    before, which days are held against, stand at the new level, and both sums begin at 0 again.
    """
    found: list[Rung] = []
    up, down, up_since, down_since, quiet_until = 0.0, 0.0, 0, 0, -1
    for first, last, step in _steps(z, weekday, rule):
        if first <= quiet_until:
            continue
        up_since, down_since = up_since if up else first, down_since if down else first
        up, down = max(0.0, up + step - K), max(0.0, down - step - K)
        if max(up, down) > rule.limit:
            found.append(Rung(last, up_since if up > down else down_since, rule.days, step))
            up, down, quiet_until = 0.0, 0.0, last + SILENT_DAYS
    return found


def _steps(z: Floats, weekday: int, rule: Drift) -> Iterator[tuple[int, int, float]]:
    """Yield first day, last day and value of each whole step that can be told."""
    import numpy as np

    begins = -weekday % rule.days
    whole = (len(z) - begins) // rule.days
    days = z[begins : begins + whole * rule.days].reshape(whole, rule.days)
    known = ~np.isnan(days)
    counts = known.sum(axis=1)
    sums = np.clip(np.where(known, days, 0), -_MOST_Z, _MOST_Z).sum(axis=1)
    past: list[float] = []
    for step in np.flatnonzero(counts >= min(_LEAST_DAYS, rule.days)):
        value = float(sums[step]) / sqrt(int(counts[step]))
        first = begins + int(step) * rule.days
        if not rule.is_scaled:
            yield first, first + rule.days - 1, value
        elif len(past) >= _WEEKS_LEAST:
            yield first, first + rule.days - 1, value / _width(past[-_WEEKS_USED:])
        past.append(min(max(value, -_MOST_U), _MOST_U))


def _width(past: list[float]) -> float:
    """Return how wide weeks are, 1 where days are independent and normal, more for days and weeks that go together."""
    squares = sum(one * one for one in past)
    if not squares:
        return 1.0
    followed = sum(one * other for one, other in pairwise(past)) / squares
    followed = min(max(followed, 0.0), _MOST_FOLLOWED)
    return max(1.0, sqrt(squares / len(past))) * sqrt((1 + followed) / (1 - followed))
