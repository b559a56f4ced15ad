"""The last pieces and the last money of a small campaign: one member gives an offer up, another takes it.

Among many members prices alone come close enough; among a few hundred what is left over is worth a second look.
"""

from __future__ import annotations

import numpy as np

from siyu_cli.core.campaign.problem import Places, Prices, Problem, Values
from siyu_cli.core.campaign.repair import NOTHING, Left, left_of

_LARGEST = 400_000  # cells of members × offers, from which nothing is exchanged
_LOOKED_AT = 48  # of those who give up, and of those who take, by how little they lose at the prices
_MOST = 500


def exchange(problem: Problem, chosen: Places, prices: Prices) -> Places:
    """Return the assignment after all exchanges of an offer that bring more and keep all limits."""
    chosen = chosen.copy()
    if problem.values.size > _LARGEST:
        return chosen
    for _time in range(_MOST):
        left = left_of(problem, chosen)
        found = [_best_exchange(problem, chosen, prices, offer, left) for offer in range(len(left.pieces))]
        gain, moves = max(found, key=lambda one: one[0])
        if gain <= 1e-12 * problem.usual_value:
            break
        before = chosen.copy()
        for member, offer in moves:
            chosen[member] = offer
        if not left_of(problem, chosen).keeps():  # by rounding
            return before
    return chosen


def _best_exchange(
    problem: Problem, chosen: Places, prices: Prices, offer: int, left: Left
) -> tuple[float, list[tuple[int, int]]]:
    """Return what the best exchange of an offer brings, and who moves to what."""
    holders = np.flatnonzero(chosen == offer)
    others = np.flatnonzero((chosen != offer) & np.isfinite(problem.values[:, offer]))
    if not len(holders) or not len(others):
        return 0.0, []
    holders, instead = _leaving(problem, prices, holders, (offer, left.pieces))
    others = others[np.argsort(_regret_of_taking(problem, prices, chosen, others, offer), kind="stable")][:_LOOKED_AT]

    def changed(matrix: Values) -> Values:
        taken = _at(matrix, others, np.full(len(others), offer)) - _at(matrix, others, chosen[others])
        given: Values = _at(matrix, holders, instead) - _at(matrix, holders, np.full(len(holders), offer))
        return given[:, None] + taken[None, :]

    takes = (problem.costs, *(limit.takes for limit in problem.limits))
    fits = np.logical_and.reduce([changed(one) <= most for one, most in zip(takes, left.amounts, strict=True)])
    if problem.employees is not None and left.places is not None:
        owner = problem.employees.owner
        has_place = (np.append(left.places, np.inf)[owner[others]] >= 1) | (chosen[others] >= 0)
        is_freed = (instead < 0)[:, None] & (owner[holders][:, None] == owner[others][None, :])
        fits &= has_place[None, :] | is_freed
    gain = np.where(fits, changed(problem.values), -np.inf)
    place = int(gain.argmax())
    giver, taker = divmod(place, gain.shape[1])
    return float(gain[giver, taker]), [(holders[giver], instead[giver]), (others[taker], offer)]


def _leaving(problem: Problem, prices: Prices, holders: Places, offer: tuple[int, Values]) -> tuple[Places, Places]:
    """Return those who lose least by giving an offer up, and what they would get instead."""
    own, room = offer
    surplus = problem.surplus(holders, prices)
    kept = surplus[:, own].copy()
    surplus[:, (room < 1) | (np.arange(surplus.shape[1]) == own)] = -np.inf
    best = surplus.max(axis=1)
    instead = np.where(best > 0, surplus.argmax(axis=1), NOTHING)
    line = np.argsort(kept - best.clip(0.0), kind="stable")[:_LOOKED_AT]
    return holders[line], instead[line]


def _regret_of_taking(problem: Problem, prices: Prices, chosen: Places, members: Places, offer: int) -> Values:
    surplus = problem.surplus(members, prices)
    own = np.where(chosen[members] >= 0, surplus[np.arange(len(members)), chosen[members]], 0.0)
    regret: Values = own - surplus[:, offer]
    return regret


def _at(matrix: Values, members: Places, offers: Places) -> Values:
    picked: Values = np.where(offers >= 0, matrix[members, offers], 0.0)
    return picked
