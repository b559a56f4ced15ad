"""From prices to an assignment that keeps within budget and stock, and leaves no money that somebody could use.

At the right prices all but a few members are right; those few are moved where it costs least. Members stand in the
line that breaks ties, so that sorting stably is all that is needed for it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.prices import line_of, soften
from siyu_cli.core.campaign.problem import Places, Prices, Problem, Values

NOTHING = -1
_PASSES, _LARGE, _LARGE_PASSES = 60, 2_000_000, 8  # fewer passes from so many cells of members × offers on
_SURE = 0.999
_GOLDEN = (math.sqrt(5) - 1) / 2


def cost_of(problem: Problem, chosen: Places) -> float:
    """Return what an assignment is expected to cost, summed exactly."""
    return math.fsum(_taken(problem.costs, chosen))


def value_of(problem: Problem, chosen: Places) -> float:
    """Return what an assignment is expected to bring, summed exactly."""
    return math.fsum(_taken(problem.values, chosen))


def used(problem: Problem, chosen: Places) -> Places:
    """Return how many of each offer an assignment gives."""
    counts: Places = np.bincount(chosen[chosen >= 0], minlength=problem.values.shape[1])
    return counts


def choose(problem: Problem, prices: Prices) -> Places:
    """Return what members would choose at these prices.

    Who is undecided, as all of a segment may be, is spread over what they are undecided between in the shares that
    use up budget and stock: along the golden section, which spreads any part of the line evenly.
    """
    chosen = np.full(len(problem.values), NOTHING, np.int64)
    undecided, chances = [], []
    for rows in problem.slices():
        surplus = problem.surplus(rows, prices)
        best = surplus.argmax(axis=1)
        is_worth = surplus[np.arange(len(best)), best] > 0
        chosen[rows] = np.where(is_worth, best, NOTHING)
        if prices.blur:
            part, _logs = soften(surplus / prices.blur)
            part = np.column_stack([part, (1 - part.sum(axis=1)).clip(0.0)])
            unsure = np.flatnonzero(part.max(axis=1) < _SURE)
            undecided.append(unsure + rows.start)
            chances.append(part[unsure])
    if undecided:
        members, shares = np.concatenate(undecided), np.concatenate(chances)
        line = line_of(shares)
        places = ((np.arange(len(line)) + 0.5) * _GOLDEN) % 1
        picked = (np.cumsum(shares[line, :-1], axis=1) <= places[:, None]).sum(axis=1)
        chosen[members[line]] = np.where(picked == problem.values.shape[1], NOTHING, picked)
    return chosen


def within_stock(problem: Problem, chosen: Places, prices: Prices) -> Places:
    """Return the assignment within stock: of an offer given too often, those take another who lose least by it."""
    chosen = chosen.copy()
    closed = np.zeros(problem.values.shape[1], np.bool_)
    while True:
        over = np.flatnonzero(~closed & (used(problem, chosen) > problem.stock))
        if not len(over):
            return chosen
        offer = over[0]
        closed[offer] = True
        holders = np.flatnonzero(chosen == offer)
        surplus = problem.values[holders] - prices.budget * problem.costs[holders] - prices.offers
        others = np.where(closed, -np.inf, surplus)
        regret = surplus[:, offer] - others.max(axis=1).clip(0.0)
        # The last in line go first.
        leaving = np.lexsort((-holders, regret))[: len(holders) - int(problem.stock[offer])]
        best = others[leaving]
        chosen[holders[leaving]] = np.where(best.max(axis=1) > 0, best.argmax(axis=1), NOTHING)


def within_budget(problem: Problem, chosen: Places) -> Places:
    """Return the assignment within the budget: those give something up who lose least for what it saves."""
    chosen = chosen.copy()
    while (excess := cost_of(problem, chosen) - problem.budget) > 0:
        holders = np.flatnonzero(chosen >= 0)[::-1]
        value, cost = (_taken(matrix, chosen)[holders, None] for matrix in (problem.values, problem.costs))
        room = np.append(problem.stock - used(problem, chosen), np.inf)
        saved = np.column_stack([cost - problem.costs[holders], cost])
        lost = np.column_stack([value - problem.values[holders], value])
        is_open = (room >= 1) & (saved > 0) & np.isfinite(lost)
        ratio = np.divide(lost, saved, out=np.full(saved.shape, np.inf), where=is_open)
        target = ratio.argmin(axis=1)
        at = np.arange(len(holders))
        line = np.argsort(ratio[at, target], kind="stable")
        line = line[np.isfinite(ratio[at, target][line])]
        line = line[_within_room(target[line], room)]
        moved = line[: np.searchsorted(np.cumsum(saved[at, target][line]), excess) + 1]
        chosen[holders[moved]] = np.where(target[moved] == problem.values.shape[1], NOTHING, target[moved])
    return chosen


def fill_up(problem: Problem, chosen: Places) -> Places:
    """Return the assignment with what is left of the budget spent where it brings most, as far as anything fits."""
    chosen = chosen.copy()
    for _pass in range(_PASSES if problem.values.size <= _LARGE else _LARGE_PASSES):
        left, room = problem.budget - cost_of(problem, chosen), problem.stock - used(problem, chosen)
        members, target, ratio, extra = _fitting(problem, chosen, left, room)
        if not len(members):
            break
        line = np.argsort(-ratio, kind="stable")
        line = line[_within_room(target[line], room)]
        count = max(1, int(np.searchsorted(np.cumsum(extra[line]), left, side="right")))
        before = chosen.copy()
        chosen[members[line[:count]]] = target[line[:count]]
        if cost_of(problem, chosen) > problem.budget:  # by rounding
            return before
    return chosen


def _fitting(problem: Problem, chosen: Places, left: float, room: Values) -> tuple[Places, Places, Values, Values]:
    """Return members who could get something better, what is most efficient, its efficiency and what it costs more."""
    found: list[tuple[Places, Places, Values, Values]] = []
    level, spent = _taken(problem.values, chosen), _taken(problem.costs, chosen)
    for rows in problem.slices():
        gain, extra = problem.values[rows] - level[rows, None], problem.costs[rows] - spent[rows, None]
        fits = (gain > 0) & (extra <= left) & (room >= 1)
        here = np.flatnonzero(fits.any(axis=1))
        if len(here):
            gain, extra, fits = gain[here], extra[here], fits[here]
            ratio = np.divide(gain, extra, out=np.where(fits, np.inf, -np.inf), where=fits & (extra > 0))
            target = ratio.argmax(axis=1)
            at = np.arange(len(here))
            found.append((here + rows.start, target, ratio[at, target], extra[at, target]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    members, targets, ratios, extras = (np.concatenate(column) for column in zip(*found, strict=True))
    return members, targets, ratios, extras


def _within_room(target: Places, room: Values) -> NDArray[np.bool_]:
    """Return which of those in line still find a piece of what they want."""
    is_served = np.zeros(len(target), np.bool_)
    for offer in np.unique(target):
        wanting = np.flatnonzero(target == offer)
        is_served[wanting[: int(min(room[offer], len(wanting)))]] = True
    return is_served


def _taken(matrix: Values, chosen: Places) -> Values:
    picked: Values = np.where(chosen >= 0, matrix[np.arange(len(chosen)), chosen], 0.0)
    return picked
