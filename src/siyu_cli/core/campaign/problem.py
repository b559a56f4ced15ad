"""What is to be assigned, and the certificate: what no assignment can pass.

For any λ, μ, ν, π ≥ 0 the sum D = λ budget + Σ μ_j stock_j + Σ ν_k limit_k + Σ π_o reach_o
+ Σ_i max(0, max_j (v_ij − λ c_ij − μ_j − Σ ν_k t_kij − π_o(i))) is no less than what any assignment brings
(Lagrangian duality; Fisher 1981).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Places = NDArray[np.int64]

# Members at once: their rows stay in the processor's cache, and products of them are so small that BLAS does not share
# them among processors, which on a busy machine costs four times what it saves.
_LEAST_CHUNK, _CHUNK, _PRODUCT = 64, 4_096, 200_000


NOBODY = -1  # the employee of who has none


@dataclass(frozen=True)
class Prices:
    """What a unit of budget (λ) and a piece of each offer (μ) are worth, a unit of each limit (ν), a place with each
    employee (π); ``blur`` is how sharply members go by them.
    """

    budget: float
    offers: Values
    limits: tuple[float, ...] = ()
    owners: Values | None = None
    blur: float = 0.0


@dataclass(frozen=True)
class Limit:
    """A limit: its key in the plan, what each offer would take of it with each member, the most there is."""

    key: str
    takes: Values
    most: float


@dataclass(frozen=True)
class Employees:
    """Whose members are whose, by number and ``NOBODY`` for who has none, and how many each employee can reach."""

    owner: Places
    most: Values


@dataclass(frozen=True)
class Problem:
    """Members × offers of value and cost, the members in the line that breaks ties; a budget, and a stock per offer.

    A value of −inf is an offer a member may not get; a stock of inf has no limit. ``limits`` hold over all members,
    ``employees`` over each one's. ``counts``: how many members a row stands for, where equal ones were drawn together.
    """

    values: Values
    costs: Values
    budget: float
    stock: Values
    limits: tuple[Limit, ...] = ()
    employees: Employees | None = None
    counts: Values | None = None

    @cached_property
    def is_budget_alone(self) -> bool:
        """Return whether nothing but the budget is limited."""
        return not len(self.limited) and not self.limits and self.employees is None

    @cached_property
    def limited(self) -> Places:
        """Return the offers that have a stock."""
        return np.flatnonzero(np.isfinite(self.stock))

    @cached_property
    def usual_value(self) -> float:
        """Return the mean of members' best values, the yardstick of all tolerances."""
        best = np.concatenate([self.values[rows].max(axis=1).clip(0.0) for rows in self.slices()] or [np.zeros(1)])
        return float(np.average(best, weights=self.counts)) or 1.0

    def slices(self) -> Iterator[slice]:
        """Yield the rows in pieces that are quick to work on."""
        limits = 1 + self.values.shape[1] + len(self.limits)
        size = min(max(_PRODUCT // limits**2, _LEAST_CHUNK), _CHUNK)
        for start in range(0, len(self.values), size):
            yield slice(start, start + size)

    def surplus(self, rows: slice | Places, prices: Prices) -> Values:
        """Return what each offer leaves each of these members after all prices."""
        left: Values = self.values[rows] - prices.budget * self.costs[rows]
        left -= prices.offers
        for limit, price in zip(self.limits, prices.limits, strict=True):
            if price:
                left -= price * limit.takes[rows]
        if self.employees is not None and prices.owners is not None:
            left -= np.append(prices.owners, 0.0)[self.employees.owner[rows], None]  # the last is nobody's
        return left

    def at_no_price(self, blur: float = 0.0) -> Prices:
        """Return prices of nothing."""
        places = None if self.employees is None else np.zeros(len(self.employees.most))
        return Prices(0.0, np.zeros(self.values.shape[1]), (0.0,) * len(self.limits), places, blur)

    def sample(self, members: int) -> Problem:
        """Return the first so many members with their share of budget and stock: the line is drawn by lot."""
        share = members / len(self.values)
        limits = tuple(Limit(limit.key, limit.takes[:members], limit.most * share) for limit in self.limits)
        theirs = self.employees and Employees(self.employees.owner[:members], self.employees.most * share)
        budget, stock = self.budget * share, self.stock * share
        return Problem(self.values[:members], self.costs[:members], budget, stock, limits, theirs)

    def bound(self, prices: Prices) -> float:
        """Return D, summed exactly.

        >>> one = Problem(np.array([[5.0]]), np.array([[2.0]]), 1.0, np.array([np.inf]))
        >>> one.bound(Prices(2.5, np.zeros(1)))
        2.5
        """
        best = [self.surplus(rows, prices).max(axis=1).clip(0.0) for rows in self.slices()]
        of_members = np.concatenate(best) if best else np.zeros(0)
        if self.counts is not None:
            of_members = of_members * self.counts
        return math.fsum([self.worth_of_limits(prices), *of_members])

    def worth_of_limits(self, prices: Prices) -> float:
        """Return what all that is limited is worth at these prices: the part of D that no member adds to."""
        of_stock = prices.offers[self.limited] * self.stock[self.limited]
        of_limits = [price * limit.most for limit, price in zip(self.limits, prices.limits, strict=True)]
        of_places = np.zeros(0)
        if self.employees is not None and prices.owners is not None:
            of_places = prices.owners * self.employees.most
        return math.fsum([prices.budget * self.budget, *of_stock, *of_limits, *of_places])

    def drawn_together(self) -> Problem:
        """Return the problem with equal members as one row, where that makes it much smaller; else itself.

        Segments answer alike, so that a plan by segment has few different rows however many members it has.
        """
        same = [self.values, self.costs, *(limit.takes for limit in self.limits)]
        if self.employees is not None:
            same.append(self.employees.owner[:, None].astype(np.float64))
        marks = self._marks(same)
        _marks, first, row, counts = np.unique(marks, return_index=True, return_inverse=True, return_counts=True)
        if len(first) > len(marks) / 4:
            return self
        is_equal = all(
            np.array_equal(matrix[first[row[rows]]], matrix[rows]) for rows in self.slices() for matrix in same
        )
        if not is_equal:  # two different rows with one mark
            return self
        limits = tuple(replace(limit, takes=limit.takes[first]) for limit in self.limits)
        theirs = self.employees and replace(self.employees, owner=self.employees.owner[first])
        return Problem(
            self.values[first], self.costs[first], self.budget, self.stock, limits, theirs, counts.astype(np.float64)
        )

    def _marks(self, matrices: Sequence[Values]) -> Values:
        """Return a number per row that is the same for equal rows, and hardly ever for others."""
        marks, begin = np.zeros(len(self.values)), 2.0
        for matrix in matrices:
            weights = np.sqrt(np.arange(begin, begin + matrix.shape[1]))
            begin += matrix.shape[1]
            for rows in self.slices():
                marks[rows] += np.where(np.isfinite(matrix[rows]), matrix[rows], -1.0) @ weights
        return marks
