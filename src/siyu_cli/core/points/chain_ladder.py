"""Chain ladder: what cohorts come to in the end, learned from how older ones went on, with Mack's standard error.

Mack, Distribution-free calculation of the standard error of chain ladder reserve estimates, ASTIN Bulletin 23 (1993);
for points: Gault, Llaguno and Ménard, CAS E-Forum (2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Projection:
    """What each cohort comes to, what all come to beyond what is known, and its standard error; per-period factors."""

    factors: Values
    ultimate: Values
    se_of_each: Values
    se: float

    @property
    def total(self) -> float:
        """Return what all cohorts come to."""
        return float(self.ultimate.sum())


def project(triangle: Values) -> Projection:
    """Return what the cohorts of a square of cumulative amounts come to: row i is known in its first n − i columns."""
    size = len(triangle)
    known = np.arange(size)[:, None] + np.arange(size)[None, :] < size
    filled = np.where(known, triangle, 0.0)
    factors, variances = np.ones(size - 1), np.zeros(size - 1)
    for period in range(size - 1):
        before, after = filled[: size - 1 - period, period], filled[: size - 1 - period, period + 1]
        total = before.sum()
        factors[period] = after.sum() / total if total > 0 else 1.0
        used = before > 0
        if len(before) > 1:
            errors = before[used] * (after[used] / before[used] - factors[period]) ** 2
            variances[period] = errors.sum() / (len(before) - 1)
    if size > 3:
        before_last, last = variances[-3], variances[-2]
        variances[-1] = min(last**2 / before_last if before_last > 0 else 0.0, before_last, last)
    weights = np.array([filled[: size - 1 - period, period].sum() for period in range(size - 1)])
    for period in range(size - 1):
        row = size - 1 - period
        filled[row:, period + 1] = filled[row:, period] * factors[period]
    ultimate = filled[:, -1].copy()
    of_each, whole = _errors(filled, ultimate, factors, variances, weights)
    return Projection(factors, ultimate, of_each, whole)


def _errors(
    filled: Values, ultimate: Values, factors: Values, variances: Values, weights: Values
) -> tuple[Values, float]:
    """Return the standard error of each cohort's and of all cohorts' ultimate."""
    size = len(filled)
    squares, whole = np.zeros(size), 0.0
    for row in range(1, size):
        periods = np.arange(size - 1 - row, size - 1)
        ratio = np.divide(variances[periods], factors[periods] ** 2)
        own, others = filled[row, periods], weights[periods]
        inverse_own = np.divide(1.0, own, out=np.zeros_like(own), where=own > 0)
        inverse_others = np.divide(1.0, others, out=np.zeros_like(others), where=others > 0)
        squares[row] = ultimate[row] ** 2 * (ratio * (inverse_own + inverse_others)).sum()
        younger = ultimate[row + 1 :].sum()
        whole += squares[row] + ultimate[row] * younger * (2 * ratio * inverse_others).sum()
    return np.sqrt(squares), float(np.sqrt(whole))
