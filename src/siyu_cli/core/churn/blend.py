"""The blend: halfway in log odds between MBG/NBD and what the shop's own past says of members like these.

What the past says is a ridge logistic regression on how long ago, how often, how long and how much, learned at up to
four earlier dates whose horizon is over. It ranks members; how many will leave is taken from MBG/NBD, since a base
rate of half a year ago (a festival, a campaign) is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from siyu_cli.core.churn.histories import Lookback

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[np.float64]

MOST_DATES = 4
# More tell five weights no better.
ENOUGH_MEMBERS = 100_000
_LEAST_MEMBERS = 100
_RIDGE = 1.0
_TIME_STEPS, _MONEY_STEPS = 16, 8
_FURTHEST = 50.0


@dataclass(frozen=True)
class Weights:
    """What one unit of each logarithm adds to the log odds of falling silent, and how it was learned.

    ``recency`` is of 1 + days since the last order, ``orders`` of purchase days, ``tenure`` of 1 + days since the
    first, ``money`` of 1 + net sales; ``members`` were seen at ``dates`` earlier dates.
    """

    intercept: float
    recency: float
    orders: float
    tenure: float
    money: float
    dates: int
    members: int

    def as_parameters(self) -> dict[str, float]:
        """Return the parameters that the step ``chances_blended`` takes."""
        names = ("intercept", "recency", "orders", "tenure", "money")
        return {f"learned_{name}": getattr(self, name) for name in names}


def gather(past: Lookback, days: int) -> list[pd.DataFrame]:
    """Return the members of the dates to learn from as of ``days`` ago, as cells, the latest date first.

    Their horizons were over by then and a horizon of log lies before them: often none.
    """
    seen: list[pd.DataFrame] = []
    for number in range(1, MOST_DATES + 1):
        cells = past.cells(days + number * past.horizon_days)
        if not len(cells) or _times(cells["tenure_step"]).max() < np.log1p(past.horizon_days):
            break
        seen.append(cells)
        if sum(earlier["members"].sum() for earlier in seen) >= ENOUGH_MEMBERS:
            break
    return seen


def learn(seen: Sequence[pd.DataFrame], own: pd.DataFrame, mean_chance: float) -> Weights | None:
    """Return the weights learned from what was ``seen``, see ``gather``; None where that teaches nothing.

    They are shifted until the mean chance of the members to score, ``own``, is ``mean_chance``.
    """
    members, silent = (sum(int(cells[key].sum()) for cells in seen) for key in ("members", "silent"))
    if members < _LEAST_MEMBERS or silent in (0, members):
        return None
    features = np.concatenate([_features(cells) for cells in seen])
    counts, left = (np.concatenate([cells[key] for cells in seen]).astype(float) for key in ("members", "silent"))
    weights = ridge_logistic(features, left, counts)
    shift = _shift(own, weights, mean_chance)
    recency, orders, tenure, money = map(float, weights[1:])
    return Weights(float(weights[0]) + shift, recency, orders, tenure, money, len(seen), members)


def ridge_logistic(features: Values, hits: Values, counts: Values) -> Values:
    """Return intercept and weights of a logistic regression of ``hits`` out of ``counts``, by Newton's method.

    The penalty is half the squared weight of each feature measured in its own spread; the intercept has none.

    >>> x = np.array([[0.0], [1.0]])
    >>> ridge_logistic(x, np.array([100.0, 300.0]), np.array([400.0, 400.0])).round(2).tolist()
    [-1.09, 2.18]
    """
    centre = np.average(features, axis=0, weights=counts)
    spread = np.sqrt(np.average((features - centre) ** 2, axis=0, weights=counts))
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(features)), (features - centre) / spread])
    penalty = np.diag([0.0, *[_RIDGE] * features.shape[1]])
    found = np.zeros(design.shape[1])
    for _ in range(100):
        chance = expit(design @ found)
        slope = design.T @ (counts * chance - hits) + penalty @ found
        curve = (design * (counts * chance * (1 - chance))[:, None]).T @ design + penalty
        change = np.linalg.solve(curve, slope)
        # A full step may overshoot where nearly all did the same.
        found = found - change * min(1.0, 5.0 / float(np.abs(change).max() or 1.0))
        if np.abs(change).max() < 1e-10:
            break
    own = found[1:] / spread
    weights: Values = np.array([found[0] - own @ centre, *own])
    return weights


def _shift(cells: pd.DataFrame, weights: Values, mean_chance: float) -> float:
    log_odds = weights[0] + _features(cells) @ weights[1:]
    counts = cells["members"].to_numpy(float)

    def excess(shift: float) -> float:
        return float(np.average(expit(log_odds + shift), weights=counts)) - mean_chance

    if excess(-_FURTHEST) >= 0 or excess(_FURTHEST) <= 0:
        return 0.0
    return float(brentq(excess, -_FURTHEST, _FURTHEST, xtol=1e-12))


def _features(cells: pd.DataFrame) -> Values:
    return np.column_stack([
        _times(cells["recency_step"]),
        np.log(cells["order_days"].to_numpy(float)),
        _times(cells["tenure_step"]),
        cells["money_step"].to_numpy(float) / _MONEY_STEPS,
    ])  # fmt: skip


def _times(steps: pd.Series) -> Values:
    logs: Values = steps.to_numpy(float) / _TIME_STEPS
    return logs
