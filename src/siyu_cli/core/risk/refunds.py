"""Whose orders come back suspiciously often: each held against how often they do for the others.

How often orders come back differs from one to the next, so counts are Beta–binomial: a plain binomial would name many
who are merely unlike the mean. Of many tested, one in ten of those named may be chance (Benjamini and Hochberg 1995).
Nothing here is a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_ORDERS = 5
FALSE_SHARE = 0.1
LEAST_OTHERS = 3
# α + β is near 30, within a factor of 4 or so, unless the others say otherwise: three of them say little of it.
PRIOR_SIZE, PRIOR_SPREAD = 30.0, 1.5
_MANY = 1_000  # among so many one more changes nothing
_TRIED = (1e-6, 1 - 1e-6)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Usual:
    """How often orders come back here: a Beta–binomial with ``alpha`` and ``beta``."""

    alpha: float
    beta: float

    def at_least(self, given_back: int, orders: int) -> float:
        """Return the chance that as many of so many orders come back, or more."""
        from scipy.stats import betabinom

        return float(betabinom.sf(given_back - 1, orders, self.alpha, self.beta))


def usual_refunds(orders: Floats, given_back: Floats, people: Floats) -> Usual | None:
    """Return how often orders come back, from ``people`` with just so many; None where that cannot be told.

    Maximum likelihood, with a weak prior on how much people differ.
    """
    from scipy.optimize import minimize
    from scipy.special import betaln

    share = float((people * given_back).sum() / max((people * orders).sum(), 1))
    if people.sum() < LEAST_OTHERS or not 0 < share < 1:
        return None

    def loss(point: Any) -> float:
        mean, size = 1 / (1 + np.exp(-point[0])), np.exp(np.clip(point[1], -6, 12))
        alpha, beta = np.clip(mean, *_TRIED) * size, np.clip(1 - mean, *_TRIED) * size
        terms = betaln(given_back + alpha, orders - given_back + beta) - betaln(alpha, beta)
        return float((np.log(size / PRIOR_SIZE) / PRIOR_SPREAD) ** 2 / 2 - (people * terms).sum())

    start = [np.log(share / (1 - share)), np.log(PRIOR_SIZE)]
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8})
    mean, size = float(np.clip(1 / (1 + np.exp(-found.x[0])), *_TRIED)), float(np.exp(np.clip(found.x[1], -6, 12)))
    return Usual(mean * size, (1 - mean) * size)


def outstanding(cells: Any) -> list[tuple[int, int, float]]:
    """Return ``(orders, given_back, tail)`` of the records that stand out among ``orders, given_back, people``.

    Tested is who has five orders or more and of whom any came back; the tail is the chance of as many by the others'
    usual. Who stands out is told by Benjamini and Hochberg at 10 %, over everybody with five orders or more.
    """
    rows = sorted(zip(*(cells[key] for key in ("orders", "given_back", "people")), strict=True))
    if not rows:
        return []
    orders, back, people = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    everybody = usual_refunds(orders, back, people) if people.sum() > _MANY else None
    tails = np.ones(len(rows))
    for place, (many, few, _count) in enumerate(rows):
        if many < LEAST_ORDERS or not few:
            continue
        others = people.copy()
        others[place] -= 1
        usual = everybody or usual_refunds(orders, back, others)
        tails[place] = usual.at_least(int(few), int(many)) if usual else 1.0
    is_tested = orders >= LEAST_ORDERS
    is_named = named(tails[is_tested], people[is_tested])
    tested = np.flatnonzero(is_tested)
    return [(int(orders[at]), int(back[at]), float(tails[at])) for at in tested[is_named]]


def named(tails: Floats, people: Floats, share: float = FALSE_SHARE) -> NDArray[np.bool_]:
    """Return which tails are rejected by Benjamini and Hochberg, ``people`` having each.

    >>> named(np.array([0.001, 0.05, 0.5]), np.array([1.0, 2.0, 7.0])).tolist()
    [True, False, False]
    """
    order = np.argsort(tails, kind="stable")
    ranks = np.cumsum(people[order])
    is_low = tails[order] <= share * ranks / max(people.sum(), 1)
    limit = tails[order][is_low].max(initial=-1.0)
    return np.asarray(tails <= limit, np.bool_)
