"""What is to be assigned, and the certificate: what no assignment can pass.

For any λ, μ ≥ 0 the sum D = λ budget + Σ μ_j stock_j + Σ_i max(0, max_j (v_ij − λ c_ij − μ_j)) is no less than what
any assignment brings (Lagrangian duality; Fisher 1981).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Places = NDArray[np.int64]

_CHUNK = 4_096  # members at once: their rows stay in the processor's cache


@dataclass(frozen=True)
class Prices:
    """What a unit of budget (λ) and a piece of each offer (μ) are worth; ``blur`` is how sharply members go by them."""

    budget: float
    offers: Values
    blur: float = 0.0


@dataclass(frozen=True)
class Problem:
    """Members × offers of value and cost, the members in the line that breaks ties; a budget, and a stock per offer.

    A value of −inf is an offer a member may not get; a stock of inf has no limit. ``counts``: how many members a row
    stands for, where equal ones were drawn together.
    """

    values: Values
    costs: Values
    budget: float
    stock: Values
    counts: Values | None = None

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
        for start in range(0, len(self.values), _CHUNK):
            yield slice(start, start + _CHUNK)

    def surplus(self, rows: slice, prices: Prices) -> Values:
        """Return what each offer leaves each member of a piece after its prices."""
        left: Values = self.values[rows] - prices.budget * self.costs[rows]
        left -= prices.offers
        return left

    def sample(self, members: int) -> Problem:
        """Return the first so many members with their share of budget and stock: the line is drawn by lot."""
        share = members / len(self.values)
        return Problem(self.values[:members], self.costs[:members], self.budget * share, self.stock * share)

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
        of_stock = prices.offers[self.limited] * self.stock[self.limited]
        return math.fsum([prices.budget * self.budget, *of_stock, *of_members])

    def drawn_together(self) -> Problem:
        """Return the problem with equal members as one row, where that makes it much smaller; else itself.

        Segments answer alike, so that a plan by segment has few different rows however many members it has.
        """
        values = np.where(np.isfinite(self.values), self.values, -1.0)
        weights = np.sqrt(np.arange(2.0, 2.0 + 2 * values.shape[1]))
        marks = values @ weights[: values.shape[1]] + self.costs @ weights[values.shape[1] :]
        _marks, first, row, counts = np.unique(marks, return_index=True, return_inverse=True, return_counts=True)
        if len(first) > len(marks) / 4:
            return self
        is_equal = all(
            np.array_equal(matrix[first[row[rows]]], matrix[rows])
            for rows in self.slices() for matrix in (self.values, self.costs)
        )  # fmt: skip
        if not is_equal:  # two different rows with one mark
            return self
        return replace(self, values=self.values[first], costs=self.costs[first], counts=counts.astype(np.float64))
