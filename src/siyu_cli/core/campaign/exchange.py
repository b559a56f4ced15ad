"""The last pieces and the last money of a small campaign: one member gives an offer up, another takes it.

Among many members prices alone come close enough; among a few hundred what is left over is worth a second look.
"""

from __future__ import annotations

import numpy as np

from siyu_cli.core.campaign.problem import Places, Prices, Problem, Values
from siyu_cli.core.campaign.repair import NOTHING, cost_of, used

_LARGEST = 400_000  # cells of members × offers, from which nothing is exchanged
_LOOKED_AT = 48  # of those who give up, and of those who take, by how little they lose at the prices
_MOST = 500


def exchange(problem: Problem, chosen: Places, prices: Prices) -> Places:
    """Return the assignment after all exchanges of an offer that bring more and fit the budget."""
    chosen = chosen.copy()
    if problem.values.size > _LARGEST:
        return chosen
    for _time in range(_MOST):
        left, room = problem.budget - cost_of(problem, chosen), problem.stock - used(problem, chosen)
        found = [_best_exchange(problem, chosen, prices, offer, (left, room)) for offer in range(len(room))]
        gain, moves = max(found, key=lambda one: one[0])
        if gain <= 1e-12 * problem.usual_value:
            break
        before = chosen.copy()
        for member, offer in moves:
            chosen[member] = offer
        if cost_of(problem, chosen) > problem.budget:  # by rounding
            return before
    return chosen


def _best_exchange(
    problem: Problem, chosen: Places, prices: Prices, offer: int, left: tuple[float, Values]
) -> tuple[float, list[tuple[int, int]]]:
    """Return what the best exchange of an offer brings, and who moves to what."""
    budget, room = left
    holders = np.flatnonzero(chosen == offer)
    others = np.flatnonzero((chosen != offer) & np.isfinite(problem.values[:, offer]))
    if not len(holders) or not len(others):
        return 0.0, []
    holders, instead = _leaving(problem, prices, holders, (offer, room))
    others = others[np.argsort(_regret_of_taking(problem, prices, chosen, others, offer), kind="stable")][:_LOOKED_AT]
    gain, extra = (
        _at(matrix, others, np.full(len(others), offer))[None, :] - _at(matrix, others, chosen[others])[None, :]
        + _at(matrix, holders, instead)[:, None] - _at(matrix, holders, np.full(len(holders), offer))[:, None]
        for matrix in (problem.values, problem.costs)
    )  # fmt: skip
    gain = np.where(extra <= budget, gain, -np.inf)
    place = int(gain.argmax())
    giver, taker = divmod(place, gain.shape[1])
    return float(gain[giver, taker]), [(holders[giver], instead[giver]), (others[taker], offer)]


def _leaving(problem: Problem, prices: Prices, holders: Places, offer: tuple[int, Values]) -> tuple[Places, Places]:
    """Return those who lose least by giving an offer up, and what they would get instead."""
    own, room = offer
    surplus = problem.values[holders] - prices.budget * problem.costs[holders] - prices.offers
    kept = surplus[:, own].copy()
    surplus[:, (room < 1) | (np.arange(surplus.shape[1]) == own)] = -np.inf
    best = surplus.max(axis=1)
    instead = np.where(best > 0, surplus.argmax(axis=1), NOTHING)
    line = np.argsort(kept - best.clip(0.0), kind="stable")[:_LOOKED_AT]
    return holders[line], instead[line]


def _regret_of_taking(problem: Problem, prices: Prices, chosen: Places, members: Places, offer: int) -> Values:
    surplus = [
        _at(problem.values, members, where) - prices.budget * _at(problem.costs, members, where)
        for where in (chosen[members], np.full(len(members), offer))
    ]
    price = np.where(chosen[members] >= 0, prices.offers[chosen[members]], 0.0)
    regret: Values = surplus[0] - price - surplus[1] + prices.offers[offer]
    return regret


def _at(matrix: Values, members: Places, offers: Places) -> Values:
    picked: Values = np.where(offers >= 0, matrix[members, offers], 0.0)
    return picked
