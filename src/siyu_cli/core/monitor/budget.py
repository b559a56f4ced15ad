"""How far from the expected a day must lie to ring, so that all series together ring no oftener than was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from siyu_cli.core.monitor.arl import limit_for

MONTHS, WEEKS = 12, 365.25 / 7

# False alarms of one series in a year by the limit on |z|: simulated with the rule of ``judging`` over thousands of
# years of independent normal days, and of days with 40 orders of lognormal size, whose sums are lopsided. The expected
# and the spread are estimated, so it rings oftener than a normal's tail; tests/test_monitor_rule.py does it again.
RATES = {
    "count": ((3.0, 2.2935), (3.5, 0.6854), (4.0, 0.196), (4.5, 0.0567), (5.0, 0.0177), (5.5, 0.0027), (6.0, 0.0008)),
    "money": ((3.0, 2.996), (3.5, 1.1132), (4.0, 0.4196), (4.5, 0.1571), (5.0, 0.0617), (5.5, 0.0244), (6.0, 0.0087)),
}
_LEAST, _MOST = 2.0, 9.0
_SPENT = 0.75


def jump_limit(kind: str, a_year: float) -> float:
    """Return the limit on |z| at which one series rings ``a_year`` times where nothing changes.

    Between two limits of the table, and beyond its ends, the logarithm of the rate is a straight line.

    >>> round(jump_limit("count", 12 / 160), 1), round(jump_limit("money", 12 / 160), 1)
    (4.4, 4.9)
    """
    rows: Sequence[tuple[float, float]] = RATES[kind]
    wanted = log(a_year)
    spans = list(pairwise(rows))
    span = next((pair for pair in spans if log(pair[1][1]) <= wanted), spans[-1])
    (low, often), (high, seldom) = span
    found = low + (high - low) * (log(often) - wanted) / (log(often) - log(seldom))
    return min(max(found, _LEAST), _MOST)


@dataclass(frozen=True)
class Budget:
    """False alarms a month that all series share alike; of a daily one half is for jumps, half for drift.

    Limits are set for three quarters of it: the level of real shops wanders, and the tables know of none that does.
    """

    a_month: float
    series: int

    @property
    def each(self) -> float:
        """Return the false alarms of one series in a year."""
        return _SPENT * self.a_month * MONTHS / max(self.series, 1)

    def jump(self, kind: str) -> float:
        """Return the limit on |z| of a day."""
        return jump_limit(kind, self.each / 2)

    @property
    def drift(self) -> float:
        """Return the limit ``h`` on the sums of weeks."""
        return limit_for(round(WEEKS / (self.each / 2), 6))

    @property
    def chance(self) -> float:
        """Return how likely one week may ring of what is looked at by the week, on both sides together."""
        return min(self.each / WEEKS, 0.5)
