"""Buying as a Poisson process, leaving at a time of one's own: Pareto/NBD.

A member buys at a rate of their own (gamma over members: shape r, scale alpha) and leaves for good after an
exponential time of their own (gamma over members: shape s, scale beta).

Sources: Schmittlein, Morrison & Colombo (1987), Counting your customers; Fader & Hardie (2005), A note on deriving the
Pareto/NBD model and related expressions.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import exprel, gammaln, hyp2f1

from siyu_cli.core.churn.estimators.fitting import FIRST_LOOK, Objective, Parameters, maximise
from siyu_cli.core.churn.estimators.histories import Histories

Values = NDArray[np.float64]

_STARTS = ((0.5, 10.0, 0.6, 12.0), (1.0, 20.0, 1.0, 20.0))
_STEP = 1e-6


class ParetoNBD:
    """Pareto/NBD; times are weeks. After ``fit``: ``r_, alpha_, s_, beta_``, ``log_likelihood_``, ``is_converged_``.

    >>> model = ParetoNBD.with_parameters(0.5534, 10.578, 0.6061, 11.669)
    >>> float(model.p_alive(Histories.of([26], [30.86], [31.0]))[0].round(3))
    0.998
    """

    def __init__(self) -> None:
        self.is_converged_ = False

    @classmethod
    def with_parameters(cls, r: float, alpha: float, s: float, beta: float) -> Self:
        """Return a model whose parameters are known."""
        model = cls()
        model.r_, model.alpha_, model.s_, model.beta_ = r, alpha, s, beta
        return model

    def fit(self, histories: Histories) -> Self:
        """Fit by maximum likelihood and return the model itself."""
        first = maximise(_objective(histories.thinned(FIRST_LOOK)), _STARTS)
        fit = maximise(_objective(histories), [first.parameters])
        self.r_, self.alpha_, self.s_, self.beta_ = map(float, fit.parameters)
        self.log_likelihood_ = float(fit.log_likelihood * histories.members.sum())
        self.is_converged_ = fit.is_converged
        return self

    @property
    def parameters_(self) -> dict[str, float]:
        """Return the parameters by name."""
        return {"r": self.r_, "alpha": self.alpha_, "s": self.s_, "beta": self.beta_}

    def p_alive(self, histories: Histories) -> Values:
        """Return the chance that a member has not left, 0 to 1."""
        alive, gone = _log_alive_and_gone(self.r_, self.alpha_, self.s_, self.beta_, histories)
        return 1 / (1 + np.exp(np.minimum(gone - alive, 700)))

    def p_silent(self, histories: Histories, horizon: float) -> Values:
        """Return the chance that no order comes within ``horizon`` weeks, 0 to 1."""
        # Seen from today a living member is a new one with what is known of their rates, who has yet to come back.
        ahead = Histories.of(0 * histories.repeats, 0 * histories.repeats, 0 * histories.repeats + horizon)
        r, alpha = self.r_ + histories.repeats, self.alpha_ + histories.tenure
        s, beta = self.s_, self.beta_ + histories.tenure
        # A chance of one may come out a hair above it.
        silent = np.exp(np.minimum(np.logaddexp(*_log_alive_and_gone(r, alpha, s, beta, ahead)), 0))
        return 1 - self.p_alive(histories) * (1 - silent)

    def expected_orders(self, histories: Histories, horizon: float) -> Values:
        """Return the mean number of purchase days within ``horizon`` weeks."""
        return self.p_alive(histories) * self.orders_if_alive(histories, horizon)

    def orders_if_alive(self, histories: Histories, horizon: float) -> Values:
        """Return the same for a member who is known not to have left: a matter of repeats and tenure alone."""
        rate = (self.r_ + histories.repeats) / (self.alpha_ + histories.tenure)
        beta = self.beta_ + histories.tenure
        grown = np.log1p(horizon / beta)
        return rate * beta * grown * exprel(-(self.s_ - 1) * grown)


def _objective(histories: Histories) -> Objective:
    share = histories.members / histories.members.sum()

    def value(parameters: Parameters) -> float:
        r, alpha, s, beta = parameters
        likelihood = np.logaddexp(*_log_alive_and_gone(r, alpha, s, beta, histories))
        return -float(share @ likelihood)

    def objective(parameters: Parameters) -> tuple[float, Parameters]:
        # The hypergeometric function has no derivative by its parameters that is cheaper than differences.
        steps = np.diag(parameters * _STEP)
        slopes = [(value(parameters + step) - value(parameters - step)) / (2 * step.sum()) for step in steps]
        return value(parameters), np.array(slopes)

    return objective


def _log_alive_and_gone(
    r: ArrayLike, alpha: ArrayLike, s: ArrayLike, beta: ArrayLike, histories: Histories
) -> tuple[Values, Values]:
    """Return the logs of the two parts of a history's likelihood: still there today, and gone since the last order."""
    r, alpha, s, beta = map(np.asarray, (r, alpha, s, beta))
    x, shape = histories.repeats, r + histories.repeats
    before = gammaln(shape) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = -shape * np.log(alpha + histories.tenure) - s * np.log(beta + histories.tenure)
    since = [_log_leaving(r, alpha, s, beta, x, time) for time in (histories.active, histories.tenure)]
    with np.errstate(divide="ignore"):
        gone = since[0] + np.log1p(-np.exp(np.minimum(since[1] - since[0], 0)))
    return before + alive, before + np.log(s) - np.log(shape + s) + gone


def _log_leaving(r: Values, alpha: Values, s: Values, beta: Values, x: Values, time: Values) -> Values:
    total = r + s + x
    larger, smaller = np.maximum(alpha, beta), np.minimum(alpha, beta)
    other = np.where(alpha >= beta, s + 1, r + x)
    z = (larger - smaller) / (larger + time)
    return np.log(hyp2f1(total, other, total + 1, z)) - total * np.log(larger + time)
