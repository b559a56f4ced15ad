"""From prices to an assignment that keeps within all limits, and leaves no money that somebody could use.

At the right prices all but a few members are right; those few are moved where it costs least. Members stand in the
line that breaks ties, so that sorting stably is all that is needed for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.problem import NOBODY, Places, Prices, Problem, Values
from siyu_cli.core.campaign.slopes import line_of, soften

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
        surplus = problem.surplus(holders, prices)
        others = np.where(closed, -np.inf, surplus)
        regret = surplus[:, offer] - others.max(axis=1).clip(0.0)
        # The last in line go first.
        leaving = np.lexsort((-holders, regret))[: len(holders) - int(problem.stock[offer])]
        best = others[leaving]
        chosen[holders[leaving]] = np.where(best.max(axis=1) > 0, best.argmax(axis=1), NOTHING)


def within_reach(problem: Problem, chosen: Places, prices: Prices) -> Places:
    """Return the assignment within what employees can reach: those lose their offer who leave least by it."""
    theirs = problem.employees
    if theirs is None:
        return chosen
    holders = np.flatnonzero((chosen >= 0) & (theirs.owner != NOBODY))
    owner = theirs.owner[holders]
    left = problem.surplus(holders, prices)[np.arange(len(holders)), chosen[holders]]
    line = np.lexsort((holders, -left, owner))
    before = np.searchsorted(owner[line], owner[line])
    beyond = holders[line[np.arange(len(line)) - before >= theirs.most[owner[line]]]]
    kept = chosen.copy()
    kept[beyond] = NOTHING
    return kept


def within_limits(problem: Problem, chosen: Places) -> Places:
    """Return the assignment within the limits and the budget."""
    for limit in problem.limits:
        chosen = _within(problem, chosen, limit.takes, limit.most)
    return _within(problem, chosen, problem.costs, problem.budget)


def _within(problem: Problem, chosen: Places, takes: Values, most: float) -> Places:
    """Return the assignment within one limit: those give something up who lose least for what it saves."""
    chosen = chosen.copy()
    while (excess := math.fsum(_taken(takes, chosen)) - most) > 0:
        holders = np.flatnonzero(chosen >= 0)[::-1]
        value, taken = (_taken(matrix, chosen)[holders, None] for matrix in (problem.values, takes))
        room = np.append(problem.stock - used(problem, chosen), np.inf)
        saved = np.column_stack([taken - takes[holders], taken])
        lost = np.column_stack([value - problem.values[holders], value])
        is_open = (room >= 1) & (saved > 0) & np.isfinite(lost)
        for other in _others(problem, takes):  # nor may it take more of anything else
            is_open[:, :-1] &= other[holders] <= _taken(other, chosen)[holders, None]
        ratio = np.divide(lost, saved, out=np.full(saved.shape, np.inf), where=is_open)
        target = ratio.argmin(axis=1)
        at = np.arange(len(holders))
        line = np.argsort(ratio[at, target], kind="stable")
        line = line[np.isfinite(ratio[at, target][line])]
        line = line[_within_room(target[line], room)]
        moved = line[: np.searchsorted(np.cumsum(saved[at, target][line]), excess) + 1]
        chosen[holders[moved]] = np.where(target[moved] == problem.values.shape[1], NOTHING, target[moved])
    return chosen


def _others(problem: Problem, but: Values) -> list[Values]:
    """Return what offers take of everything that is limited over all members, except one."""
    if not problem.limits:
        return []
    return [takes for takes in (problem.costs, *(limit.takes for limit in problem.limits)) if takes is not but]


@dataclass(frozen=True)
class Left:
    """What an assignment leaves: of budget and limits, of each offer, of each employee's places."""

    amounts: tuple[float, ...]
    pieces: Values
    places: Values | None

    def keeps(self) -> bool:
        """Return whether nothing is passed."""
        is_reached = self.places is None or bool((self.places >= 0).all())
        return min(self.amounts) >= 0 and bool((self.pieces >= 0).all()) and is_reached


def left_of(problem: Problem, chosen: Places) -> Left:
    """Return what an assignment leaves of everything that is limited."""
    spent = [limit.most - math.fsum(_taken(limit.takes, chosen)) for limit in problem.limits]
    places = None
    if problem.employees is not None:
        owner = problem.employees.owner[chosen >= 0]
        most = problem.employees.most
        places = most - np.bincount(owner[owner != NOBODY], minlength=len(most))
    amounts = (problem.budget - cost_of(problem, chosen), *spent)
    return Left(amounts, problem.stock - used(problem, chosen), places)


def fill_up(problem: Problem, chosen: Places, prices: Prices) -> Places:
    """Return the assignment with what is left given to where it brings most, as far as anything fits."""
    chosen = chosen.copy()
    for _pass in range(_PASSES if problem.values.size <= _LARGE else _LARGE_PASSES):
        left = left_of(problem, chosen)
        members, target, ratio, extra = _fitting(problem, chosen, left, prices)
        if not len(members):
            break
        line = np.argsort(-ratio, kind="stable")
        line = line[_within_room(target[line], left.pieces)]
        if left.places is not None and problem.employees is not None:
            owner = np.where(chosen[members[line]] < 0, problem.employees.owner[members[line]], NOBODY)
            line = line[_within_room(owner, np.append(left.places, np.inf))]
        sums = (np.cumsum(more[line].clip(0.0)) for more in extra)
        counts = [np.searchsorted(total, most, side="right") for total, most in zip(sums, left.amounts, strict=True)]
        count = max(1, int(min(counts)))
        before = chosen.copy()
        chosen[members[line[:count]]] = target[line[:count]]
        if not left_of(problem, chosen).keeps():  # by rounding
            return before
    return chosen


def _fitting(
    problem: Problem, chosen: Places, left: Left, prices: Prices
) -> tuple[Places, Places, Values, list[Values]]:
    """Return members who could get something better, what is most efficient, its efficiency and what it takes more."""
    found: list[tuple[Values, ...]] = []
    level = _taken(problem.values, chosen)
    takes = [problem.costs, *(limit.takes for limit in problem.limits)]
    spent = [_taken(matrix, chosen) for matrix in takes]
    for rows in problem.slices():
        gain = problem.values[rows] - level[rows, None]
        extra = [matrix[rows] - own[rows, None] for matrix, own in zip(takes, spent, strict=True)]
        fits = (gain > 0) & (left.pieces >= 1)
        for more, most in zip(extra, left.amounts, strict=True):
            fits &= more <= most
        if left.places is not None and problem.employees is not None:
            has_place = np.append(left.places >= 1, True)[problem.employees.owner[rows]]
            fits &= (has_place | (chosen[rows] >= 0))[:, None]
        here = np.flatnonzero(fits.any(axis=1))
        if len(here):
            gain, fits, extra = gain[here], fits[here], [more[here] for more in extra]
            price = _charged(problem, chosen, prices, here + rows.start, extra)
            ratio = np.divide(gain, price, out=np.where(fits, np.inf, -np.inf), where=fits & (price > 0))
            target = ratio.argmax(axis=1)
            at = np.arange(len(here))
            found.append((here + rows.start, target, ratio[at, target], *(more[at, target] for more in extra)))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), []
    members, targets, ratios, *extras = (np.concatenate(column) for column in zip(*found, strict=True))
    return members.astype(np.int64), targets.astype(np.int64), ratios, extras


def _charged(problem: Problem, chosen: Places, prices: Prices, members: Places, extra: list[Values]) -> Values:
    """Return what more of everything comes to at the prices; with budget and stock alone, what it costs."""
    if not problem.limits and problem.employees is None:
        return extra[0]
    own = chosen[members]
    charged: Values = prices.budget * extra[0] + prices.offers - np.append(prices.offers, 0.0)[own][:, None]
    for more, price in zip(extra[1:], prices.limits, strict=True):
        charged += price * more
    if problem.employees is not None and prices.owners is not None:
        place = np.append(prices.owners, 0.0)[problem.employees.owner[members]]
        charged += np.where(own < 0, place, 0.0)[:, None]
    return charged


def _within_room(target: Places, room: Values) -> NDArray[np.bool_]:
    """Return which of those in line still find a piece of what they want; the room of −1 is the last."""
    wanted = (target % len(room)).astype(np.min_scalar_type(len(room)))  # few bits are sorted fast
    order = np.argsort(wanted, kind="stable")
    before = np.searchsorted(wanted[order], wanted[order])
    is_served = np.zeros(len(target), np.bool_)
    is_served[order] = np.arange(len(order)) - before + 1 <= room[target[order]]
    return is_served


def _taken(matrix: Values, chosen: Places) -> Values:
    picked: Values = np.where(chosen >= 0, matrix[np.arange(len(chosen)), chosen], 0.0)
    return picked
