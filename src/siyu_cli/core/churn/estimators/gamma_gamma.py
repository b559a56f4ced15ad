"""What an order is worth to each member: Gamma–Gamma.

A member's orders vary around a mean of their own (gamma with shape p), and the means vary over members
(inverse gamma: shape q, scale gamma). One-time buyers get the mean of all.

Source: Fader & Hardie (2013), The Gamma–Gamma model of monetary value.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, psi
from scipy.stats import rankdata

from siyu_cli.core.churn.estimators.fitting import Parameters, maximise

Values = NDArray[np.float64]

_STARTS = ((6.0, 4.0, 15.0), (1.0, 2.0, 30.0))


class GammaGamma:
    """Gamma–Gamma; ``p_, q_, gamma_`` after ``fit``, money in the shop's currency.

    ``is_usable_`` is False when q is 1 or less, for then the mean of all is infinite; ``correlation_`` is Spearman's
    between repeats and mean order, which the model takes to be nought: mistrust it from 0.3 on.

    >>> model = GammaGamma.with_parameters(6.25, 3.74, 15.44)
    >>> round(model.mean_value_, 2)
    35.22
    """

    @classmethod
    def with_parameters(cls, p: float, q: float, gamma: float) -> Self:
        """Return a model whose parameters are known."""
        model = cls()
        model.p_, model.q_, model.gamma_ = p, q, gamma
        model.is_usable_ = q > 1
        return model

    def fit(self, repeats: ArrayLike, mean_value: ArrayLike, members: ArrayLike | None = None) -> Self:
        """Fit to the mean value of members' repeat orders and return the model itself; both must be above 0."""
        x, mean = np.asarray(repeats, np.float64), np.asarray(mean_value, np.float64)
        counts = np.ones_like(x) if members is None else np.asarray(members, np.float64)
        share, unit = counts / counts.sum(), float(np.average(mean, weights=counts))

        def objective(parameters: Parameters) -> tuple[float, Parameters]:
            p, q, gamma = parameters
            scaled, log_mean = gamma + x * mean / unit, np.log(mean / unit)
            both = p * x + q
            likelihood = (
                gammaln(both) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
                + (p * x - 1) * log_mean + p * x * np.log(x) - both * np.log(scaled)
            )  # fmt: skip
            slopes = (
                x * (psi(both) - psi(p * x) + log_mean + np.log(x) - np.log(scaled)),
                psi(both) - psi(q) + np.log(gamma) - np.log(scaled),
                q / gamma - both / scaled,
            )
            return -float(share @ likelihood), -np.array([share @ slope for slope in slopes])

        # Money is measured in mean orders while fitting, so that no currency is harder than another.
        fit = maximise(objective, [(p, q, gamma / 35) for p, q, gamma in _STARTS])
        self.p_, self.q_ = map(float, fit.parameters[:2])
        self.gamma_ = float(fit.parameters[2]) * unit
        self.log_likelihood_ = float((fit.log_likelihood - np.log(unit)) * counts.sum())
        self.is_usable_ = fit.is_converged and self.q_ > 1
        self.correlation_ = _correlation(x, mean, counts)
        return self

    @property
    def mean_value_(self) -> float:
        """Return the mean value of an order over all members."""
        return self.p_ * self.gamma_ / (self.q_ - 1)


def _correlation(x: Values, mean: Values, counts: Values) -> float:
    ranks = np.array([rankdata(x), rankdata(mean)])
    centred = ranks - np.average(ranks, axis=1, weights=counts)[:, None]
    covariance = (counts * centred) @ centred.T
    spread = np.sqrt(covariance[0, 0] * covariance[1, 1])
    return float(covariance[0, 1] / spread) if spread > 0 else 0.0
