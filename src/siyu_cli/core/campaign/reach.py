"""The best assignment where employees reach no more members than they can, besides budget, stock and limits.

At given prices each employee's members bring most if those worth most are kept; for any prices the sum over them, plus
price × what there is, is no less than what any assignment brings: employees have prices of their own, which are what
the first member beyond their reach would leave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.allocation import CURVE_POINTS, Allocation, Curve, budget_curve, problem_of
from siyu_cli.core.campaign.conflicts import within_owners
from siyu_cli.core.campaign.hulls import climb
from siyu_cli.core.campaign.limits import Limit, LimitedCampaign, allocate_within
from siyu_cli.core.campaign.problem import Places, Values

Flags = NDArray[np.bool_]

_ROUNDS = 10
_CLOSE = 1e-5  # share of the bound that is near enough
_CURVE_MEMBERS = 3_000  # of a curve with limits, which is worked out on a sample
_CURVE_POINTS = 16


@dataclass(frozen=True)
class Reach:
    """Whose members are whose, "" for nobody's, and how many members each one's employee can reach."""

    owner: NDArray[np.str_]
    most: Places


@dataclass(frozen=True)
class Bounded:
    """All there is to keep within: budget and stock, limits over all members, what employees can reach."""

    campaign: LimitedCampaign
    limits: tuple[Limit, ...] = ()
    reach: Reach | None = None

    def with_answers(self, values: Values, costs: Values) -> Bounded:
        """Return the same for other values and costs."""
        return replace(self, campaign=replace(self.campaign, values=values, costs=costs))


@dataclass(frozen=True)
class Prices:
    """What one more unit of budget, piece of each offer and unit of each limit would bring."""

    budget: float
    stock: Values
    limits: dict[str, float]


@dataclass(frozen=True)
class Found:
    """The best assignment, what one more unit of each limit would bring, who is beyond their employee's reach."""

    allocation: Allocation
    limit_prices: dict[str, float]
    is_beyond: Flags

    @property
    def prices(self) -> Prices:
        """Return the prices it was found at."""
        return Prices(self.allocation.price, self.allocation.stock_prices, self.limit_prices)


def assign_within(whole: Bounded) -> Found:
    """Return the best assignment that keeps everything.

    With employees: each keeps the members worth most at the prices; what is freed by it makes them cheaper, so that is
    tried again between the old prices and the new ones.
    """
    nobody = np.zeros(len(whole.campaign.ranks), np.bool_)
    found = Found(*allocate_within(whole.campaign, whole.limits), nobody)
    if whole.reach is None:
        return found
    best, bound, prices = None, math.inf, found.prices
    for round_ in range(1, _ROUNDS + 1):
        left = worth_left(whole, prices)
        bound = min(bound, _bound(whole, prices, left))
        is_beyond = beyond_reach(whole, left)
        kept = replace(whole.campaign, values=np.where(is_beyond[:, None], -np.inf, whole.campaign.values))
        found = Found(*allocate_within(kept, whole.limits), is_beyond)
        best = found if best is None or found.allocation.value > best.allocation.value else best
        if bound - best.allocation.value <= _CLOSE * bound:
            break
        prices = _between(prices, found.prices, 1 / round_)
    assert best is not None
    bound = max(bound, best.allocation.value)
    return replace(best, allocation=replace(best.allocation, bound=bound))


def _between(one: Prices, other: Prices, share: float) -> Prices:
    """Return prices between two: who goes by the new ones alone runs from one side to the other."""
    limits = {key: price + share * (other.limits[key] - price) for key, price in one.limits.items()}
    stock = np.where(np.isfinite(other.stock), one.stock + share * (other.stock - one.stock), one.stock)
    return Prices(one.budget + share * (other.budget - one.budget), stock, limits)


def worth_left(whole: Bounded, prices: Prices) -> Values:
    """Return what the best offer leaves of each member after all prices; 0 where none leaves anything."""
    campaign = whole.campaign
    left = np.where(campaign.values > 0, campaign.values - prices.budget * campaign.costs - prices.stock, -np.inf)
    for limit in whole.limits:
        if prices.limits[limit.key]:
            left = left - prices.limits[limit.key] * limit.takes
    best: Values = left.max(axis=1, initial=0.0)
    return best


def beyond_reach(whole: Bounded, worth: Values) -> Flags:
    """Return who is beyond their employee's reach: the first of equal worth in the line is kept."""
    if whole.reach is None:
        return np.zeros(len(worth), np.bool_)
    owner, most = whole.reach.owner, whole.reach.most
    # Who is worth nothing at these prices still comes before nobody: prices fall once members are left out.
    at_best = np.where(np.isfinite(whole.campaign.values), whole.campaign.values, -np.inf).max(axis=1, initial=-np.inf)
    theirs = np.flatnonzero((owner != "") & (at_best > 0))
    beyond = np.zeros(len(owner), np.bool_)
    order = worth[theirs] + 1e-9 * at_best[theirs]
    beyond[theirs] = ~within_owners(owner[theirs], order, most[theirs], whole.campaign.ranks[theirs])
    return beyond


def _bound(whole: Bounded, prices: Prices, worth: Values) -> float:
    """Return what no assignment that keeps everything brings more than."""
    campaign = whole.campaign
    counted = worth
    if whole.reach is not None:
        owner, most = whole.reach.owner, whole.reach.most
        theirs = np.flatnonzero(owner != "")
        within = within_owners(owner[theirs], worth[theirs], most[theirs], campaign.ranks[theirs])
        counted = worth.copy()
        counted[theirs[~within]] = 0.0
    limited = np.isfinite(campaign.stock)
    of_stock = prices.stock[limited] * campaign.stock[limited]
    of_limits = [prices.limits[limit.key] * limit.most for limit in whole.limits]
    return math.fsum([prices.budget * campaign.budget, *of_stock, *of_limits, *counted])


def curve_within(whole: Bounded) -> Curve:
    """Return what budgets from 0 to as much as pays would bring, everything else kept as the assignment keeps it.

    With limits or employees on a sample, where there are many members.
    """
    campaign = whole.campaign
    if not whole.limits and whole.reach is None:
        return budget_curve(
            campaign.values, campaign.costs, campaign.budget, campaign.ranks, campaign.stock, points=CURVE_POINTS
        )
    rows = np.argsort(campaign.ranks, kind="stable")[:_CURVE_MEMBERS]
    share = len(rows) / max(len(campaign.ranks), 1)
    problem, _line = problem_of(campaign.values, campaign.costs, campaign.budget, campaign.ranks)
    most = _within_budget(whole, float(climb(problem).cost.sum()), (rows, share), None)
    budgets = np.unique(np.append(np.linspace(0, most.allocation.cost / share, _CURVE_POINTS), min(
        campaign.budget, most.allocation.cost / share
    )))  # fmt: skip
    values, prices, last = [], [], most
    for budget in budgets[::-1].tolist():
        last = _within_budget(whole, budget, (rows, share), last)
        values.append(last.allocation.value / share)
        prices.append(last.allocation.price)
    reached = np.maximum.accumulate(np.array(values[::-1]))
    return Curve(budgets, reached, np.array(prices[::-1]), share < 1)


def _within_budget(whole: Bounded, budget: float, sample: tuple[Places, float], near: Found | None) -> Found:
    """Return the best assignment of a sample; who is beyond reach is told among all members."""
    rows, share = sample
    campaign = whole.campaign
    values = campaign.values[rows]
    found = near
    for _round in range(1 if whole.reach is None else 3):
        kept = values
        if found is not None and whole.reach is not None:
            kept = np.where(beyond_reach(whole, worth_left(whole, found.prices))[rows, None], -np.inf, values)
        few = LimitedCampaign(
            kept, campaign.costs[rows], budget * share, np.arange(len(rows)),
            campaign.stock * share if share < 1 else campaign.stock,
        )  # fmt: skip
        limits = [Limit(limit.key, limit.takes[rows], limit.most * share) for limit in whole.limits]
        found = Found(*allocate_within(few, limits), np.zeros(len(rows), np.bool_))
    assert found is not None
    return found
