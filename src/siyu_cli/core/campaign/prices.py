"""What a unit of budget and a piece of each offer are worth at the optimum: the multipliers that make the bound low.

The bound has edges wherever a member changes their mind. Blurred, max becomes ε log Σ exp(·/ε), it is smooth, and
Newton's method lowers it in a few steps (Nesterov 2005); the blur then falls, on samples that grow to all members.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.hulls import climb
from siyu_cli.core.campaign.problem import Prices, Problem, Values
from siyu_cli.core.campaign.slopes import slope_of, with_clearing_owners

_STAGES = ((4_000, 1e-2), (40_000, 1e-3))  # members, and the blur to reach with them, in usual values
_LEAST_BLUR = 1e-5
_SMALL, _LEAST_BLUR_OF_SMALL = 20_000, 1e-6
_SHARPER, _SHARPER_OF_SMALL = 0.1, 0.5  # what is left of the blur from one descent to the next
_NEWTON_STEPS, _NEWTON_STEPS_OF_SMALL = 10, 60
_HALVINGS = 12
_LONGEST = 2.0  # step, in usual values
_ENOUGH = 1e-9  # a step that lowers the bound by less than this share of it is the last


def find_prices(problem: Problem) -> Prices:
    """Return the prices at which the bound is about as low as it gets; with a budget alone exactly so."""
    nothing = problem.at_no_price()
    if problem.is_budget_alone or not len(problem.values):
        return replace(nothing, budget=climb(problem).price(problem.budget))
    whole = problem.drawn_together()
    count, usual = len(whole.values), whole.usual_value
    prices = replace(nothing, blur=usual)
    if whole.counts is None:
        for members, blur in _STAGES:
            if count > 2 * members:
                prices = _sharpen(problem.sample(members), prices, usual * blur)
    return _sharpen(whole, prices, usual * (_LEAST_BLUR_OF_SMALL if count <= _SMALL else _LEAST_BLUR))


def _sharpen(problem: Problem, prices: Prices, least: float) -> Prices:
    """Return the prices after a descent at each blur down to the least; of all that were met, the lowest bound's."""
    prices = _one_by_one(problem, prices)
    best, lowest = prices, problem.bound(prices)
    # Few rows may be segments, which change their minds all at once: the way down is then all corners.
    sharper = _SHARPER_OF_SMALL if len(problem.values) <= _SMALL else _SHARPER
    while True:
        prices = _descend(problem, prices)
        exact = with_clearing_owners(problem, prices)
        found = problem.bound(exact)
        if found <= lowest:
            best, lowest = exact, found
        if prices.blur <= least:
            return replace(best, blur=prices.blur)
        prices = replace(prices, blur=max(prices.blur * sharper, least))


def _one_by_one(problem: Problem, prices: Prices) -> Prices:
    """Return the prices with each offer's, the others held, at what the next in line for it would gain by it.

    Newton's steps are of use only near the right price: far above it nobody wants the offer, and the bound is flat.
    """
    left = np.concatenate([problem.surplus(rows, prices) for rows in problem.slices()])
    counts = np.ones(len(left)) if problem.counts is None else problem.counts
    offers = prices.offers.copy()
    for offer in problem.limited:
        own = left[:, offer] + offers[offer]
        left[:, offer] = 0.0  # nothing, which is the alternative to all others
        wanted = own - left.max(axis=1)
        offers[offer] = _clearing(wanted, counts, float(problem.stock[offer]))
        left[:, offer] = own - offers[offer]
    return replace(prices, offers=offers)


def _clearing(wanted: Values, counts: Values, stock: float) -> float:
    """Return the lowest price, 0 or more, at which no more than the stock is wanted."""
    line = np.flatnonzero(wanted > 0)
    line = line[np.argsort(-wanted[line], kind="stable")]
    served = int(np.searchsorted(np.cumsum(counts[line]), stock, side="right"))
    return float(wanted[line[served]]) if served < len(line) else 0.0


def _descend(problem: Problem, prices: Prices) -> Prices:
    """Return the prices after Newton's method at one blur; they stay 0 or more."""
    units = _units(problem)
    slope = slope_of(problem, prices)
    for _step in range(_NEWTON_STEPS_OF_SMALL if len(problem.values) <= _SMALL else _NEWTON_STEPS):
        now = _listed(problem, slope.prices)
        way = units * _direction(slope.gradient * units, slope.curvature * np.outer(units, units), now <= 0)
        share = 1.0
        for _halving in range(_HALVINGS):
            then = (now + share * way).clip(0.0)
            trial = slope_of(problem, _moved(problem, slope.prices, then))
            if trial.height <= slope.height + 1e-4 * float(slope.gradient @ (then - now)):
                break
            share *= 0.4
        else:
            return slope.prices
        gained = slope.height - trial.height
        slope = trial
        if gained <= _ENOUGH * abs(slope.height):
            break
    return slope.prices


def _units(problem: Problem) -> Values:
    """Return what a step of one usual value is in λ, in each μ and in each ν."""
    taken = [float(problem.costs.mean()), *[1.0] * len(problem.limited)]
    taken += [float(limit.takes.mean()) for limit in problem.limits]
    units: Values = problem.usual_value / np.array([usual or 1.0 for usual in taken])
    return units


def _direction(gradient: Values, curvature: Values, is_at_zero: NDArray[np.bool_]) -> Values:
    """Return Newton's step among the prices that may still move, none longer than makes sense."""
    way = np.zeros(len(gradient))
    is_free = ~(is_at_zero & (gradient > 0))
    if is_free.any():
        part = curvature[np.ix_(is_free, is_free)]
        ridge = 1e-10 * float(np.trace(part)) + 1e-12 * float(np.abs(gradient).max()) + 1e-300
        way[is_free] = np.linalg.lstsq(part + ridge * np.eye(len(part)), -gradient[is_free], rcond=None)[0]
        way *= min(1.0, _LONGEST / max(float(np.abs(way).max()), 1e-300))
    return way


def _listed(problem: Problem, prices: Prices) -> Values:
    """Return λ, the limited offers' μ and the limits' ν in one row."""
    return np.array([prices.budget, *prices.offers[problem.limited], *prices.limits])


def _moved(problem: Problem, prices: Prices, then: Values) -> Prices:
    """Return the prices with λ, μ and ν as in ``then``."""
    offers, last = prices.offers.copy(), 1 + len(problem.limited)
    offers[problem.limited] = then[1:last]
    return replace(prices, budget=float(then[0]), offers=offers, limits=tuple(then[last:].tolist()))
