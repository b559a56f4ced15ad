"""Shares, week by week: how likely so many of so many are, where the share itself moves from week to week.

Refunds of a week hang together (a bad batch, a late courier), so that a binomial rings far too often: ρ, how much alike
two orders of one week are, is learned from the shop's own past weeks, and the counts are beta-binomial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from siyu_cli.core.monitor.watched import YEAR_DAYS, Point, State, Watched, in_episodes

if TYPE_CHECKING:
    from siyu_cli.core.monitor.judging import Flags, Floats
    from siyu_cli.core.monitor.series import Days

WEEKS_USED, WEEKS_LEAST = 26, 8
_MOST_ALIKE = 0.5
REFUND_RATE, REFUNDS_NEED = "refund_rate", "orders.refunded_amount"
RIPE_DAYS = 30  # by then most refunds of an order are known
_FEW_UNDATED = 0.1
_LEAST_DAYS, _LEAST_CHANCE = 4, 1e-300


@dataclass(frozen=True)
class Past:
    """What past weeks say: the share, and how much alike two of one week are."""

    share: float
    alike: float

    @classmethod
    def of(cls, counts: Floats, sizes: Floats) -> Past:
        """Return what weeks of ``counts`` of ``sizes`` say, by moments; doubt about the share counts as ρ."""
        whole = float(sizes.sum())
        share = (float(counts.sum()) + 0.5) / (whole + 1)
        rest = 1 - sizes / whole
        scatter = float((sizes * (counts / sizes - share) ** 2).sum()) / (share * (1 - share))
        pairs = float((rest * (sizes - 1)).sum())
        alike = min(max((scatter - float(rest.sum())) / pairs, 0.0), _MOST_ALIKE) if pairs > 0 else 0.0
        unsure = float((sizes * (1 + (sizes - 1) * alike)).sum()) / whole**2
        return cls(share, min(alike + unsure, _MOST_ALIKE))

    def law(self, size: int) -> Law:
        """Return how likely each count of ``size`` is."""
        return Law.of(size, self.share, self.alike)


@dataclass(frozen=True)
class Law:
    """How likely so few, and so many, of a number are: P(X ≤ k) and P(X ≥ k) for each k."""

    few: Floats = field(repr=False)
    many: Floats = field(repr=False)

    @classmethod
    def of(cls, size: int, share: float, alike: float = 0.0) -> Law:
        """Return the binomial law, or with ρ above 0 the beta-binomial, exactly.

        >>> [round(float(Law.of(300, 0.05, alike).many[27]), 6) for alike in (0, 0.01)]
        [0.002569, 0.078503]
        """
        import numpy as np
        from scipy.special import betaln, gammaln

        k = np.arange(size + 1)
        ways = gammaln(size + 1) - gammaln(k + 1) - gammaln(size - k + 1)
        if alike <= 0:
            chances = np.exp(ways + k * np.log(share) + (size - k) * np.log1p(-share))
        else:
            a, b = share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike
            chances = np.exp(ways + betaln(k + a, size - k + b) - betaln(a, b))
        return cls(np.cumsum(chances), np.cumsum(chances[::-1])[::-1])

    def between(self, chance: float) -> tuple[int, int]:
        """Return the fewest and the most that do not ring at this chance on both sides together."""
        import numpy as np

        low = int(np.argmax(self.few >= chance / 2))
        return low, max(low, len(self.many) - 1 - int(np.argmax(self.many[::-1] >= chance / 2)))


def past_of(counts: Floats, sizes: Floats) -> Past | None:
    """Return what the last weeks say; None where there are too few with anything in them."""
    used = sizes > 0
    counts, sizes = counts[used][-WEEKS_USED:], sizes[used][-WEEKS_USED:]
    return Past.of(counts, sizes) if len(sizes) >= WEEKS_LEAST else None


@dataclass(frozen=True)
class Weeks:
    """Counts and sizes of whole weeks, Monday to Sunday, and the place of each one's last day; 0 of 0 is not known."""

    counts: Floats
    sizes: Floats
    ends: list[int]


def refund_weeks(days: Days, special: Flags) -> Weeks:
    """Return refunds and orders of each week, on ordinary days.

    Refunds are counted on their own dates. Where more than a tenth have none, the orders of a week that were given back
    are counted instead, of weeks that are 30 days past: younger orders may still come back.
    """
    import numpy as np

    placed, undated = days.columns["placed_orders"], days.columns["undated"].sum()
    is_dated = undated <= _FEW_UNDATED * (days.columns["refunds"].sum() + undated)
    given_back = days.columns["refunds" if is_dated else "given_back"]
    last = len(placed) - (0 if is_dated else RIPE_DAYS)
    begins = -days.first_on.weekday() % 7
    counts, sizes, ends = [], [], []
    for first in range(begins, last - 6, 7):
        ordinary = ~special[first : first + 7]
        is_known = ordinary.sum() >= _LEAST_DAYS
        back, of = (float(one[first : first + 7][ordinary].sum()) for one in (given_back, placed))
        counts.append(back if is_known else 0.0)
        sizes.append(max(of, back) if is_known else 0.0)
        ends.append(first + 6)
    return Weeks(np.array(counts), np.array(sizes), ends)


def is_rate_watched(days: Days, special: Flags) -> bool:
    """Return whether any week can be judged."""
    weeks = refund_weeks(days, special)
    return _has_refunds(days) and (weeks.sizes > 0).sum() > WEEKS_LEAST


def _has_refunds(days: Days) -> bool:
    return bool(days.columns["refunds"].any() or days.columns["given_back"].any())


def watch_rate(days: Days, special: Flags, chance: float) -> Watched:
    """Return the refund rate of each week of the past year, judged by the weeks before it."""
    if not _has_refunds(days):
        return Watched(REFUND_RATE, "share", days.part, needs=REFUNDS_NEED)
    weeks = refund_weeks(days, special)
    points = list(in_episodes(_points(days, weeks, len(special) - YEAR_DAYS, chance), within_days=7))
    needs = None if any(point.z is not None for point in points) else REFUNDS_NEED
    return Watched(REFUND_RATE, "share", days.part, points, [point for point in points if point.rings], needs)


def _points(days: Days, weeks: Weeks, begin: int, chance: float) -> Iterator[Point]:
    """Yield the weeks that end at a place or later."""
    from scipy.special import ndtri

    for week, end in enumerate(weeks.ends):
        if end < begin:
            continue
        on, count, size = days.first_on + timedelta(days=end), int(weeks.counts[week]), int(weeks.sizes[week])
        past = past_of(weeks.counts[:week], weeks.sizes[:week])
        if not size or past is None:
            yield Point(on, count / size if size else None, "unwatched" if size else "special")
            continue
        law = past.law(size)
        few, many = float(law.few[count]), float(law.many[count])
        low, high = law.between(chance)
        z = float(ndtri(max(few, _LEAST_CHANCE)) if few < many else -ndtri(max(many, _LEAST_CHANCE)))
        state: State = "jump" if min(few, many) < chance / 2 else "normal"
        yield Point(on, count / size, state, past.share, low / size, high / size, z)
