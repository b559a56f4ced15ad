"""Buying as a Poisson process, leaving by chance after a purchase: BG/NBD and MBG/NBD.

Both say that a member buys at a rate of their own (gamma over members: shape r, scale alpha) and leaves for
good after a purchase with a probability of their own (beta over members: a, b). In MBG/NBD the first purchase is
such an occasion too; in BG/NBD it is not, so that a one-time buyer can never have left.

Sources: Fader, Hardie & Lee (2005), "Counting your customers" the easy way; Batislam, Denizel & Filiztekin (2007),
Empirical validation and comparison of models for customer base analysis.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, gammaln, psi, roots_jacobi

from siyu_cli.core.churn.estimators.fitting import FIRST_LOOK, Objective, Parameters, maximise
from siyu_cli.core.churn.estimators.histories import Histories

Values = NDArray[np.float64]

_STARTS = ((0.5, 5.0, 0.8, 2.0), (1.0, 20.0, 0.3, 1.0))
_NODES = 64
# From here on all members leave with nearly the same chance, and its mean and spread are all that matters.
_CONCENTRATED = 400
# A mean chance of leaving after an order below this is none.
_NOBODY = 1e-5
# Has a logarithm, and is nothing beside any history.
_NOUGHT = 1e-300


class BetaGeometric:
    """BG/NBD or MBG/NBD; times are weeks.

    After ``fit``: ``r_, alpha_, a_, b_``, ``log_likelihood_`` (of all members), ``is_converged_``, and ``is_limit_``:
    nobody seems to leave for good (a towards 0), which is NBD, Poisson buying alone, and a sound fit.

    >>> model = BetaGeometric.with_parameters(0.243, 4.414, 0.793, 2.426, first_chance=0)
    >>> one = Histories.of([2], [30.43], [38.86])
    >>> float(model.p_alive(one)[0].round(3)), float(model.expected_orders(one, 39)[0].round(3))
    (0.727, 1.226)
    """

    def __init__(self, first_chance: int = 1) -> None:
        self.first_chance = first_chance
        self.is_converged_ = self.is_limit_ = False

    @classmethod
    def with_parameters(cls, r: float, alpha: float, a: float, b: float, *, first_chance: int = 1) -> Self:
        """Return a model whose parameters are known."""
        model = cls(first_chance)
        model.r_, model.alpha_, model.a_, model.b_ = r, alpha, a, b
        return model

    def fit(self, histories: Histories) -> Self:
        """Fit by maximum likelihood and return the model itself."""
        first = maximise(self._objective(histories.thinned(FIRST_LOOK)), _STARTS)
        fit = maximise(self._objective(histories), [first.parameters])
        self.r_, self.alpha_, self.a_, self.b_ = map(float, fit.parameters)
        self.log_likelihood_ = float(fit.log_likelihood * histories.members.sum())
        self.is_converged_ = fit.is_converged
        if self.a_ / (self.a_ + self.b_) < _NOBODY:
            self._fit_limit(histories)
        return self

    def _fit_limit(self, histories: Histories) -> None:
        """Fit rates alone: where nobody leaves, a and b have no meaning, and a search over them no end."""
        objective = self._objective(histories)

        def of_rates(rates: Parameters) -> tuple[float, Parameters]:
            value, slopes = objective(np.array([*rates, _NOUGHT, 1.0]))
            return value, slopes[:2]

        fit = maximise(of_rates, [(self.r_, self.alpha_)])
        self.r_, self.alpha_, self.a_, self.b_ = *map(float, fit.parameters), _NOUGHT, 1.0
        self.log_likelihood_ = float(fit.log_likelihood * histories.members.sum())
        self.is_converged_, self.is_limit_ = fit.is_converged, True

    @property
    def parameters_(self) -> dict[str, float]:
        """Return the parameters by name."""
        return {"r": self.r_, "alpha": self.alpha_, "a": self.a_, "b": self.b_}

    def p_alive(self, histories: Histories) -> Values:
        """Return the chance that a member has not left, 0 to 1."""
        return expit(-self._log_odds_gone(np.array(list(self.parameters_.values())), histories))

    def p_silent(self, histories: Histories, horizon: float) -> Values:
        """Return the chance that no order comes within ``horizon`` weeks, 0 to 1."""
        shape, tenure = self.r_ + histories.repeats, self.alpha_ + histories.tenure
        silent = np.exp(shape * (np.log(tenure) - np.log(tenure + horizon)))
        return 1 - self.p_alive(histories) * (1 - silent)

    def expected_orders(self, histories: Histories, horizon: float) -> Values:
        """Return the mean number of purchase days within ``horizon`` weeks."""
        return self.p_alive(histories) * self.orders_if_alive(histories, horizon)

    def orders_if_alive(self, histories: Histories, horizon: float) -> Values:
        """Return the same for a member who is known not to have left: a matter of repeats and tenure alone.

        A member who leaves with chance p after each order makes (1 - exp(-rate p horizon)) / p of them; the mean over
        rates is elementary, the one over p a Gauss sum. The closed form, a hypergeometric function, divides by
        nought at a = 1 and at a + b = 1 and overflows for loyal members; this does not.
        """
        if self.is_limit_:
            return (self.r_ + histories.repeats) / (self.alpha_ + histories.tenure) * horizon
        distinct, place = histories.distinct_repeats
        nodes = [_chances_of_leaving(self.a_, self.b_ + x + self.first_chance) for x in distinct]
        chances = np.array([node for node, _ in nodes])[place]
        weights = np.array([weight for _, weight in nodes])[place]
        shape, scale = self.r_ + histories.repeats[:, None], self.alpha_ + histories.tenure[:, None]
        orders = -np.expm1(-shape * np.log1p(chances * horizon / scale)) / chances
        return (weights * orders).sum(axis=1)

    def _log_odds_gone(self, parameters: Parameters, histories: Histories) -> Values:
        """Return the log odds of having left after the last purchase; minus infinity where nobody can."""
        _r, alpha, _a, _b = parameters
        grown = np.log(alpha + histories.tenure) - np.log(alpha + histories.active)
        return self._log_odds(parameters, histories, grown)

    def _log_odds(self, parameters: Parameters, histories: Histories, grown: Values) -> Values:
        r, _alpha, a, b = parameters
        distinct, place = histories.distinct_repeats
        ends = distinct + self.first_chance
        start = np.where(ends > 0, np.log(a) - np.log(np.where(ends > 0, b + ends - 1, 1)), -np.inf)
        return start[place] + (r + histories.repeats) * grown

    def _objective(self, histories: Histories) -> Objective:
        share = histories.members / histories.members.sum()
        x, (distinct, place) = histories.repeats, histories.distinct_repeats
        times, active, tenure = histories.distinct_times
        ends = distinct + self.first_chance

        def objective(parameters: Parameters) -> tuple[float, Parameters]:
            r, alpha, a, b = parameters
            log_times, inverse = np.log(alpha + times), 1 / (alpha + times)
            log_tenure, grown = log_times[tenure], (log_times[tenure] - log_times[active])
            log_odds = self._log_odds(parameters, histories, grown)
            gone = expit(log_odds) * share
            by_repeats = betaln(a, b + ends) - betaln(a, b) + gammaln(r + distinct) - gammaln(r)
            shape = r + x
            likelihood = by_repeats[place] - shape * log_tenure + np.logaddexp(0, log_odds)
            psi_ends = psi(a + b) - psi(a + b + ends)
            left = np.bincount(place, gone, len(distinct))
            members = np.bincount(place, share, len(distinct))
            slopes = (
                members @ (psi(r + distinct) - psi(r)) + np.log(alpha) - share @ log_tenure + gone @ grown,
                r / alpha - (share * shape) @ inverse[tenure] + (gone * shape) @ (inverse[tenure] - inverse[active]),
                members @ psi_ends + left.sum() / a,
                members @ (psi_ends + psi(b + ends) - psi(b)) - left @ (1 / np.where(ends > 0, b + ends - 1, 1)),
            )
            return -float(share @ likelihood + r * np.log(alpha)), -np.array(slopes)

        return objective


def _chances_of_leaving(a: float, b: float) -> tuple[Values, Values]:
    """Return points and weights that stand for a beta distribution of the chance of leaving."""
    if a + b > _CONCENTRATED:
        mean = a / (a + b)
        spread = np.sqrt(mean * (1 - mean) / (a + b + 1))
        both_sides = np.resize([mean - spread, mean + spread], _NODES)
        return np.clip(both_sides, 1e-12, 1), np.full(_NODES, 1 / _NODES)
    points, weights = roots_jacobi(_NODES, b - 1, a - 1)
    return np.clip((points + 1) / 2, 1e-12, 1), weights / weights.sum()
