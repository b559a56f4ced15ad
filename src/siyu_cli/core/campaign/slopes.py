"""The blurred bound at some prices: how high it is, which way it falls, how it bends.

Employees' prices stand apart from the others: with those held, each employee's own follows from their members alone,
so that the bound is looked at as a function of the others (Golub and Pereyra 1973, variable projection).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from siyu_cli.core.campaign.problem import NOBODY, Employees, Places, Prices, Problem, Values

_FAR = -80.0  # e to this is nothing beside 1; numbers too small to be normal are slow to reckon with
_ROOT_STEPS = 60
_CLOSE = 1e-9  # share of an employee's places that is near enough


@dataclass(frozen=True)
class Slope:
    """The blurred bound at some prices, its gradient and its curvature, by λ, the limited offers' μ and the limits' ν.

    ``prices`` are those it was asked at, employees' as they follow from the others.
    """

    prices: Prices
    height: float
    gradient: Values
    curvature: Values


def slope_of(problem: Problem, prices: Prices) -> Slope:
    """Return the blurred bound at these prices, with employees' prices as they follow from the others."""
    prices = _with_owners(problem, prices)
    limited, blur = problem.limited, prices.blur
    gradient = np.array([problem.budget, *problem.stock[limited], *(limit.most for limit in problem.limits)])
    curvature, height = np.zeros((len(gradient), len(gradient))), problem.worth_of_limits(prices)
    shared = _Shared.of(problem, len(gradient))
    for rows in problem.slices():
        counts = np.ones(1) if problem.counts is None else problem.counts[rows]
        chances, logs = soften(problem.surplus(rows, prices) / blur)
        height += blur * float(np.sum(logs * counts))
        weighted = chances if problem.counts is None else chances * counts[:, None]
        takes = [problem.costs[rows], *(limit.takes[rows] for limit in problem.limits)]
        # What each member is expected to take of budget, offers and limits, in the order of the gradient.
        own = [(chances * taken).sum(axis=1) for taken in takes]
        expected = np.column_stack([own[0], chances[:, limited], *own[1:]])
        gradient -= (expected * counts[:, None]).sum(axis=0)
        curvature += _second_moments(weighted, takes, limited) - (expected * counts[:, None]).T @ expected
        if shared is not None:
            shared.add(rows, expected, chances.sum(axis=1), counts)
    if shared is not None:
        curvature -= shared.curvature(prices)
    return Slope(prices, height, gradient, curvature / blur)


def _second_moments(weighted: Values, takes: list[Values], limited: Places) -> Values:
    """Return Σ chance × (what is taken of one) × (what is taken of another), in the order of the gradient."""
    size, offers = len(takes) + len(limited), 1 + np.arange(len(limited))
    place = [0, *range(1 + len(limited), size)]
    found = np.zeros((size, size))
    found[offers, offers] = weighted[:, limited].sum(axis=0)
    for one, taken in enumerate(takes):
        spent = weighted * taken
        found[place[one], offers] = found[offers, place[one]] = spent[:, limited].sum(axis=0)
        for other in range(one, len(takes)):
            both = float(np.einsum("ij,ij->", spent, takes[other]))
            found[place[one], place[other]] = found[place[other], place[one]] = both
    return found


@dataclass
class _Shared:
    """What employees' prices take off the curvature: they give way as the others move."""

    employees: Employees
    across: Values  # gradient's order × employees
    own: Values

    @classmethod
    def of(cls, problem: Problem, size: int) -> _Shared | None:
        if problem.employees is None:
            return None
        count = len(problem.employees.most)
        return cls(problem.employees, np.zeros((size, count)), np.zeros(count))

    def add(self, rows: slice, expected: Values, treated: Values, counts: Values) -> None:
        owner = self.employees.owner[rows]
        is_theirs = owner != NOBODY
        places, size = owner[is_theirs], len(self.own)
        weight = np.broadcast_to(counts, len(owner))[is_theirs]
        idle = (1 - treated[is_theirs]) * weight
        self.own += np.bincount(places, idle * treated[is_theirs], minlength=size)
        for place in range(len(self.across)):
            self.across[place] += np.bincount(places, idle * expected[is_theirs, place], minlength=size)

    def curvature(self, prices: Prices) -> Values:
        assert prices.owners is not None
        moves = (prices.owners > 0) & (self.own > 1e-12)
        across: Values = self.across[:, moves] / np.sqrt(self.own[moves])
        taken: Values = across @ across.T
        return taken


def _with_owners(problem: Problem, prices: Prices) -> Prices:
    """Return the prices with each employee's at which, blurred, as many want a place as there are."""
    if problem.employees is None:
        return prices
    free = replace(prices, owners=None)
    worth = np.concatenate([_log_sum(problem.surplus(rows, free) / prices.blur) for rows in problem.slices()])
    theirs = np.flatnonzero((problem.employees.owner != NOBODY) & np.isfinite(worth))
    owner, most = problem.employees.owner[theirs], problem.employees.most
    counts = np.ones(len(theirs)) if problem.counts is None else problem.counts[theirs]
    return replace(prices, owners=prices.blur * _roots(worth[theirs], owner, counts, most))


def _roots(worth: Values, owner: Places, counts: Values, most: Values) -> Values:
    """Return per employee the least price x ≥ 0 at which Σ 1 / (1 + exp(x − worth)) is no more than ``most``."""
    low, high = np.zeros(len(most)), np.zeros(len(most))
    np.maximum.at(high, owner, worth)
    many = np.bincount(owner, counts, minlength=len(most))
    high = (
        np.where(most > 0, high + np.log(many.clip(1.0) / np.where(most > 0, most, 1.0)).clip(0.0), high + 50.0) + 1.0
    )
    tried = low
    for _step in range(_ROOT_STEPS):
        chances = 1 / (1 + np.exp((tried[owner] - worth).clip(-700, 700)))
        wanted, bend = (
            np.bincount(owner, counts * part, minlength=len(most)) for part in (chances, chances * (1 - chances))
        )
        is_over = wanted > most
        low, high = np.where(is_over, tried, low), np.where(is_over, high, tried)
        if (np.abs(wanted - most) <= _CLOSE * (most + 1))[(tried > 0) | is_over].all():
            break
        newton = tried + np.divide(wanted - most, bend, out=np.full(len(most), np.inf), where=bend > 0)
        tried = np.where((newton > low) & (newton < high), newton, (low + high) / 2)
        tried = np.where(high <= 0, 0.0, tried)
    return tried


def with_clearing_owners(problem: Problem, prices: Prices) -> Prices:
    """Return the prices with each employee's at what the first member beyond their reach would leave."""
    if problem.employees is None:
        return prices
    free = replace(prices, owners=None)
    worth = np.concatenate([problem.surplus(rows, free).max(axis=1) for rows in problem.slices()])
    theirs = np.flatnonzero((problem.employees.owner != NOBODY) & (worth > 0))
    theirs = theirs[np.lexsort((-worth[theirs], problem.employees.owner[theirs]))]
    owner, most = problem.employees.owner[theirs], problem.employees.most
    counts = np.ones(len(theirs)) if problem.counts is None else problem.counts[theirs]
    upto = np.cumsum(counts)
    before = np.append(0.0, upto)[np.searchsorted(owner, np.arange(len(most)))]
    beyond = upto - before[owner] > most[owner]
    found = np.zeros(len(most))
    np.maximum.at(found, owner[beyond], worth[theirs[beyond]])
    return replace(prices, owners=found)


def _log_sum(scaled: Values) -> Values:
    """Return log Σ exp of each row."""
    top = scaled.max(axis=1)
    level = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        found: Values = level + np.log(np.exp((scaled - level[:, None]).clip(_FAR)).sum(axis=1))
    return found


def soften(surplus: Values) -> tuple[Values, Values]:
    """Return the chance of each offer and the blurred best, where nothing has the surplus 0.

    >>> chances, best = soften(np.array([[0.0]]))
    >>> chances.tolist(), best.round(4).tolist()
    ([[0.5]], [0.6931])
    """
    top = surplus.max(axis=1).clip(0.0)
    surplus -= top[:, None]
    chances = np.exp(np.maximum(surplus, _FAR, out=surplus), out=surplus)
    whole = chances.sum(axis=1) + np.exp(-top)
    chances /= whole[:, None]
    return chances, top + np.log(whole)


def line_of(chances: Values) -> Places:
    """Return an order in which members of equal chances stand together."""
    weights = np.sqrt(np.arange(2.0, 2.0 + chances.shape[1]))
    return np.argsort(chances @ weights, kind="stable")
