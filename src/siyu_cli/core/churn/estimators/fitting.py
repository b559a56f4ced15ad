"""Maximum likelihood for positive parameters: bounded L-BFGS-B on their logarithms, from more than one start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Parameters = NDArray[np.float64]
# Negative log-likelihood per member and its gradient, both in the parameters themselves.
Objective = Callable[[Parameters], tuple[float, Parameters]]

# Two searches over at most so many histories tell where to begin the one over all.
FIRST_LOOK = 5_000
# Beyond these a parameter says "everybody" or "nobody", and the likelihood no longer changes.
_BOUNDS = (np.log(1e-6), np.log(1e6))
_STALLED = 1e-7


@dataclass(frozen=True)
class Fit:
    """Where a search ended: the parameters, the mean log-likelihood, and whether it is a summit."""

    parameters: Parameters
    log_likelihood: float
    is_converged: bool


def maximise(objective: Objective, starts: Sequence[Sequence[float] | Parameters]) -> Fit:
    """Return the best fit found from any of the starts; a search that stalled is polished without gradients.

    A point whose likelihood is not a number is as bad as can be, so that no search ends there.
    """
    from scipy.optimize import minimize

    def in_logs(logs: Parameters) -> tuple[float, Parameters]:
        parameters = np.exp(logs)
        with np.errstate(all="ignore"):
            value, gradient = objective(parameters)
        if not np.isfinite(value):
            return 1e10, np.zeros_like(logs)
        return value, np.nan_to_num(gradient * parameters)

    bounds = [_BOUNDS] * len(starts[0])
    ends = [
        minimize(in_logs, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds,
                 options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-9})
        for start in starts
    ]  # fmt: skip
    best = min(ends, key=lambda end: end.fun)
    is_flat = bool(np.abs(in_logs(best.x)[1]).max() < _STALLED)
    if not is_flat:
        polished = minimize(
            lambda logs: in_logs(logs)[0], best.x, method="Nelder-Mead", bounds=bounds,
            options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 2000},
        )  # fmt: skip
        best = min(best, polished, key=lambda end: end.fun)
    is_inside = bool(np.all((best.x > _BOUNDS[0]) & (best.x < _BOUNDS[1])))
    converged = is_flat or bool(best.success)
    return Fit(np.exp(best.x), -float(best.fun), converged and is_inside and best.fun < 1e9)
