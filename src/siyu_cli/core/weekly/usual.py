"""Up, down or usual: a week's change beside the changes this shop has from week to week when nothing happens.

A test of one week's orders against the last one's takes orders for coins that fall independently. Shops wobble as a
whole: such a test is then wrong 16 % of the time where they do so by 5 %, and 67 % at 10 % and 2,100 orders a week.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from siyu_cli.core.weekly.weeks import WEEK, is_spring_festival, week_before

State = Literal["up", "down", "usual", "short"]
WATCHED_WEEKS = 26
FEWEST_CHANGES = 12  # of 13 weeks
_LEVEL = 0.975  # both sides together leave 5 %


@dataclass(frozen=True)
class Change:
    """A week's value beside that of another week, and between what it usually lies.

    ``is_lunar`` says that the other is the same week of last lunar year, not the one before. Without enough weeks to
    tell there is no between, and the state is ``short``.
    """

    value: float
    compared: float | None
    is_lunar: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def state(self) -> State:
        """Return what is to be said of it."""
        if self.low is None or self.high is None:
            return "short"
        return "up" if self.value > self.high else "down" if self.value < self.low else "usual"

    @property
    def change(self) -> float | None:
        """Return how much more than in the other week it is, as a share of that."""
        return self.value / self.compared - 1 if self.compared else None

    def usual(self, bound: float | None) -> float | None:
        """Return a bound as a change from the other week."""
        return None if bound is None or not self.compared else bound / self.compared - 1


def judge(values: Mapping[date, float], monday: date) -> Change:
    """Return what a week's value is worth beside the shop's own changes; ``values`` are by the Monday of each week.

    Changes are differences of logarithms over the 26 weeks before. The week is usual if its own lies within
    mean ± t · s · √(1 + 1/n) of theirs, t the 97.5 % point of Student's distribution with n − 1 degrees of freedom.
    """
    against = week_before(monday)
    value, compared, is_lunar = values[monday], values.get(against), against != monday - WEEK
    past = changes_before(values, monday)
    if compared is None or compared <= 0 or len(past) < FEWEST_CHANGES:
        return Change(value, compared, is_lunar)
    middle, reach = expected_change(past)
    low, high = (compared * math.exp(middle + way * reach) for way in (-1, 1))
    return Change(value, compared, is_lunar, low, high)


def changes_before(values: Mapping[date, float], monday: date) -> list[float]:
    """Return the changes of the 26 weeks before a week that are like its own, the latest first.

    A change into, within or out of the Spring Festival's weeks is like no other; what such a week is held against
    is a year off, so like it are the changes of weeks from those a year before them.
    """
    is_special = is_spring_festival(monday)
    found = []
    for back in range(1, WATCHED_WEEKS + 1):
        week = monday - back * WEEK
        other = week - (52 if is_special else 1) * WEEK
        now, then = values.get(week, 0), values.get(other, 0)
        if now > 0 and then > 0 and not (is_spring_festival(week) or is_spring_festival(other)):
            found.append(math.log(now / then))
    return found


def expected_change(past: Sequence[float]) -> tuple[float, float]:
    """Return the mean of changes, and how far from it one more may lie and still be usual.

    >>> [round(number, 3) for number in expected_change([-0.1, 0.1] * 6)]
    [0.0, 0.239]
    """
    from scipy.special import stdtrit

    size = len(past)
    middle = math.fsum(past) / size
    spread = math.sqrt(math.fsum((change - middle) ** 2 for change in past) / (size - 1))
    return middle, float(stdtrit(size - 1, _LEVEL)) * spread * math.sqrt(1 + 1 / size)
