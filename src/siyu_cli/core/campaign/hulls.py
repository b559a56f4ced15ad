"""What each further yuan brings: the offers of each member that pay at some price, as steps upwards, best first.

An offer below the upper hull of a member's (cost, value) is worse than a mixture of two others at any price, so only
the hull's steps matter; all members' steps in one order by efficiency are the linear optimum for every budget at once
(Sinha and Zoltners 1979, the multiple-choice knapsack).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.problem import Problem, Values


@dataclass(frozen=True)
class Steps:
    """Steps of all members, by falling efficiency: member, the offer it leads to, what it costs and brings more."""

    member: NDArray[np.int32]
    offer: NDArray[np.int16]
    cost: Values
    value: Values
    efficiency: Values

    def within(self, budget: float) -> int:
        """Return how many of the first steps the budget pays for."""
        return int(np.searchsorted(np.cumsum(self.cost), budget, side="right"))

    def price(self, budget: float) -> float:
        """Return what one more unit of budget would bring: the efficiency of the first step it does not pay for."""
        count = self.within(budget)
        return float(self.efficiency[count]) if count < len(self.efficiency) else 0.0


def climb(problem: Problem, least: float = 0.0) -> Steps:
    """Return the steps of all members; of equal efficiency, theirs come first who stand first in the line.

    Stocks are not looked at. Steps whose efficiency is below ``least`` are left out.

    >>> one = Problem(np.array([[5.0, 6.0]]), np.array([[1.0, 3.0]]), 2.0, np.array([np.inf, np.inf]))
    >>> steps = climb(one)
    >>> steps.offer.tolist(), steps.efficiency.tolist()
    ([0, 1], [5.0, 0.5])
    """
    columns: list[list[Any]] = [[] for _column in range(5)]
    for rows in problem.slices():
        parts: tuple[NDArray[Any], ...] = _climb_rows(problem.values[rows], problem.costs[rows], rows.start)
        is_kept = parts[-1] >= least
        for column, part in zip(columns, parts, strict=True):
            column.append(part[is_kept])
    if not columns[0]:
        return Steps(np.zeros(0, np.int32), np.zeros(0, np.int16), np.zeros(0), np.zeros(0), np.zeros(0))
    efficiency = np.concatenate(columns.pop())
    line = np.argsort(np.negative(efficiency, out=efficiency), kind="stable")
    efficiency = np.negative(efficiency, out=efficiency)[line]
    # There are millions of steps: one column is put in line before the next, and the parts are forgotten.
    value, cost, offer, member = (np.concatenate(columns.pop())[line] for _column in range(4))
    return Steps(member, offer, cost, value, efficiency)


def _climb_rows(
    value: Values, cost: Values, first: int
) -> tuple[NDArray[np.int32], NDArray[np.int16], Values, Values, Values]:
    """Return the steps of some members, the first of whom is ``first``, member by member, upwards."""
    here = np.arange(len(value))
    level, spent, last = np.zeros(len(value)), np.zeros(len(value)), np.full(len(value), np.inf)
    taken = []
    while len(here):
        gain, extra = value - level[:, None], cost - spent[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            efficiency = np.where(gain > 0, np.where(extra > 0, gain / extra, np.inf), 0.0)
        free = np.isinf(efficiency)
        if free.any():  # of what costs nothing more, the best
            efficiency = np.where(free.any(axis=1, keepdims=True), np.where(free, gain, 0.0), efficiency)
        best = efficiency.argmax(axis=1)
        at = np.arange(len(here))
        is_step = gain[at, best] > 0
        is_step &= efficiency[at, best] > 0
        here, value, cost, level, spent, last, best, gain, extra = (
            array[is_step] for array in (here, value, cost, level, spent, last, best, gain, extra)
        )
        at = np.arange(len(here))
        more, paid = gain[at, best], np.maximum(extra[at, best], 0.0)
        with np.errstate(divide="ignore"):
            # Rounding must not put a member's second step before the first.
            last = np.minimum(np.where(paid > 0, more / np.where(paid > 0, paid, 1.0), np.inf), last)
        level, spent = value[at, best], cost[at, best]
        taken.append((here, best, paid, more, last))
    columns = [np.concatenate(column) for column in zip(*taken, strict=True)] if taken else [np.empty(0)] * 5
    upwards = np.argsort(columns[0], kind="stable")
    member, offer, paid, more, last = (column[upwards] for column in columns)
    return (member + first).astype(np.int32), offer.astype(np.int16), paid, more, last
