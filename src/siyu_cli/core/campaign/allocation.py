"""At most one offer per member, within a budget and the offers' stock, with a certificate of how good it is.

Values are expected incremental margin before the discount, costs P(redeem) × face value + contact: face value is
counted once, in the cost, and includes those who would have bought anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from siyu_cli.core.campaign.exchange import exchange
from siyu_cli.core.campaign.hulls import Steps, climb
from siyu_cli.core.campaign.prices import find_prices
from siyu_cli.core.campaign.problem import Places, Problem, Values
from siyu_cli.core.campaign.repair import (
    NOTHING,
    choose,
    cost_of,
    fill_up,
    used,
    value_of,
    within_limits,
    within_reach,
    within_stock,
)

CURVE_POINTS = 40
_MANY, _BELOW = 20_000, 0.9  # of more members than that, steps are left out below this share of a sample's price
_CURVE_MEMBERS = 5_000  # of a curve with stock limits, which is worked out on a sample


@dataclass(frozen=True)
class Curve:
    """What each budget would bring at best, and what one more unit of it: marginal value per unit of cost.

    The last budget is the one beyond which nothing pays. ``is_estimate``: with stock limits, from a sample.
    """

    budgets: Values
    values: Values
    prices: Values
    is_estimate: bool = False


@dataclass(frozen=True)
class Allocation:
    """Who gets what: the offer of each member by its column, −1 for none, with what proves it.

    ``bound`` is more than any assignment can bring, ``gap`` = 1 − value / bound. ``price`` is λ, what one more unit
    of budget would bring; ``stock_prices`` μ, one more piece of each offer; ``limit_prices`` ν, by the limit's key.
    """

    offer: Places
    value: float
    cost: float
    bound: float
    price: float
    stock_prices: Values
    used: Places
    limit_prices: dict[str, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """Return by which share of the bound the value may fall short of the optimum, at most."""
        return 1 - self.value / self.bound if self.bound > 0 else 0.0

    @property
    def members_treated(self) -> int:
        """Return how many members get something."""
        return int((self.offer >= 0).sum())


def allocate(
    values: ArrayLike, costs: ArrayLike, budget: float, ranks: ArrayLike, stock: ArrayLike | None = None
) -> Allocation:
    """Return the assignment that brings most within a budget and stock, to within ``gap``; see ``problem_of``.

    >>> found = allocate([[5.0, 6.0], [4.0, 9.0]], [[1.0, 3.0], [1.0, 3.0]], 4.0, [0, 1])
    >>> found.offer.tolist(), found.value, found.cost, found.bound
    ([0, 1], 14.0, 4.0, 14.0)
    """
    return solve(*problem_of(values, costs, budget, ranks, stock))


def solve(problem: Problem, line: Places) -> Allocation:
    """Return the assignment of a problem that brings most, to within ``gap``; its members stood in ``line``."""
    if problem.is_budget_alone:
        steps = _steps_paid(problem)
        prices = replace(problem.at_no_price(), budget=steps.price(problem.budget))
        chosen = _first_steps(problem, steps)
    else:
        prices = find_prices(problem)
        chosen = within_reach(problem, within_stock(problem, choose(problem, prices), prices), prices)
        chosen = within_limits(problem, chosen)
    chosen = fill_up(problem, exchange(problem, fill_up(problem, chosen, prices), prices), prices)
    value = value_of(problem, chosen)
    offer = np.empty_like(chosen)
    offer[line] = chosen
    return Allocation(
        offer, value, cost_of(problem, chosen), max(problem.bound(prices), value), prices.budget, prices.offers,
        used(problem, chosen), {limit.key: price for limit, price in zip(problem.limits, prices.limits, strict=True)},
    )  # fmt: skip


def budget_curve(
    values: ArrayLike,
    costs: ArrayLike,
    budget: float,
    ranks: ArrayLike,
    stock: ArrayLike | None = None,
    *,
    points: int = CURVE_POINTS,
) -> Curve:
    """Return what budgets from 0 to as much as pays would bring; ``budget`` itself is one of them.

    >>> curve = budget_curve([[5.0, 6.0]], [[1.0, 3.0]], 2.0, [0], points=3)
    >>> curve.budgets.tolist(), curve.values.tolist(), curve.prices.tolist()
    ([0.0, 1.5, 2.0, 3.0], [0.0, 5.25, 5.5, 6.0], [5.0, 0.5, 0.5, 0.0])
    """
    problem, _line = problem_of(values, costs, budget, ranks, stock)
    is_sample = len(problem.limited) > 0 and len(problem.values) > _CURVE_MEMBERS
    scale = len(problem.values) / _CURVE_MEMBERS if is_sample else 1.0
    seen = problem.sample(_CURVE_MEMBERS) if is_sample else problem
    steps = climb(seen)
    most = float(steps.cost.sum())
    budgets = np.unique(np.append(np.linspace(0, most, points), min(seen.budget, most)))
    if not len(problem.limited):
        return Curve(budgets, _along(steps, budgets), np.array([steps.price(amount) for amount in budgets]))
    found = [_best(seen, float(amount)) for amount in budgets]
    reached, prices = (np.array(column) for column in zip(*found, strict=True))
    return Curve(budgets * scale, reached * scale, prices, is_sample)


def problem_of(
    values: ArrayLike, costs: ArrayLike, budget: float, ranks: ArrayLike, stock: ArrayLike | None = None
) -> tuple[Problem, Places]:
    """Return the problem, its members in line by rank, and that line; ``ValueError`` for wrong shapes or signs.

    ``values`` and ``costs`` are members × offers; a value of −inf is an offer a member may not get, costs are 0 or
    more. ``ranks`` break ties, see ``control.hash_ranks``; the result does not depend on the order of rows. ``stock``
    is per offer, inf without a limit.
    """
    value, cost = (np.asarray(matrix, dtype=np.float64) for matrix in (values, costs))
    rank = np.asarray(ranks, dtype=np.int64)
    pieces = np.full(value.shape[1:], np.inf) if stock is None else np.asarray(stock, dtype=np.float64)
    if value.ndim != 2 or value.shape != cost.shape or rank.shape != value.shape[:1] or pieces.shape != value.shape[1:]:
        raise ValueError("values and costs are members × offers, ranks one per member, stock one per offer")
    if np.isnan(value).any() or np.isposinf(value).any() or not np.isfinite(cost).all() or (cost < 0).any():
        raise ValueError("costs are finite and 0 or more, values finite or −inf")
    if not (np.isfinite(budget) and budget >= 0) or not (pieces >= 0).all():
        raise ValueError("budget and stock are 0 or more")
    line = np.argsort(rank, kind="stable")
    value = value[line]
    # What brings nothing is given to nobody, also where money is no object and all prices are 0.
    value[value <= 0] = -np.inf
    return Problem(value, cost[line], float(budget), np.floor(pieces)), line


def _steps_paid(problem: Problem) -> Steps:
    """Return the steps the budget pays for and some more; of many members those far below a sample's price are left."""
    if len(problem.values) > _MANY:
        steps = climb(
            problem, _BELOW * climb(problem.sample(_MANY)).price(problem.budget * _MANY / len(problem.values))
        )
        if steps.within(problem.budget) < len(steps.cost):
            return steps
    return climb(problem)


def _first_steps(problem: Problem, steps: Steps) -> Places:
    chosen = np.full(len(problem.values), NOTHING, np.int64)
    count = steps.within(problem.budget)
    chosen[steps.member[:count]] = steps.offer[:count]  # a member's last step stands
    return within_limits(problem, chosen)  # sums may round up


def _along(steps: Steps, budgets: Values) -> Values:
    """Return what budgets bring if the step that is half paid brings half."""
    costs, values = (np.append(0.0, np.cumsum(column)) for column in (steps.cost, steps.value))
    # Steps that cost nothing make the first value jump: of equal costs the last counts.
    is_last = np.append(costs[1:] > costs[:-1], True)
    reached: Values = np.interp(budgets, costs[is_last], values[is_last])
    return reached


def _best(problem: Problem, budget: float) -> tuple[float, float]:
    at = replace(problem, budget=budget)
    prices = find_prices(at)
    return at.bound(prices), prices.budget
