"""The best assignment that keeps everything, who is beyond their employee's reach, and what other budgets would bring.

At given prices each employee's members bring most if those worth most are kept: a place with them has a price of its
own, which is what the first member beyond their reach would leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.allocation import CURVE_POINTS, Allocation, Curve, budget_curve, problem_of
from siyu_cli.core.campaign.conflicts import within_owners
from siyu_cli.core.campaign.hulls import climb
from siyu_cli.core.campaign.limits import LimitedCampaign, Reach, allocate_within
from siyu_cli.core.campaign.problem import Limit, Places, Values

Flags = NDArray[np.bool_]

_CURVE_MEMBERS = 3_000  # of a curve with limits, which is worked out on a sample
_CURVE_POINTS = 16


@dataclass(frozen=True)
class Bounded:
    """All there is to keep within: budget and stock, limits over all members, what employees can reach."""

    campaign: LimitedCampaign
    limits: tuple[Limit, ...] = ()
    reach: Reach | None = None

    def with_answers(self, values: Values, costs: Values) -> Bounded:
        """Return the same for other values and costs."""
        return replace(self, campaign=replace(self.campaign, values=values, costs=costs))


def assign_within(whole: Bounded) -> Allocation:
    """Return the best assignment that keeps everything."""
    return allocate_within(whole.campaign, whole.limits, whole.reach)


def left_out_by_reach(whole: Bounded, found: Allocation) -> Flags:
    """Return who would get an offer at the prices, were it not that their employee has no place left."""
    if whole.reach is None:
        return np.zeros(len(found.offer), np.bool_)
    owner, most = whole.reach.owner, whole.reach.most
    _names, number = np.unique(owner, return_inverse=True)
    is_full = np.bincount(number, found.offer >= 0, minlength=len(_names))[number] >= most
    left_out: Flags = (found.offer < 0) & (owner != "") & is_full & (worth_left(whole, found) > 0)
    return left_out


def worth_left(whole: Bounded, at: Allocation) -> Values:
    """Return what the best offer leaves of each member after all prices but their employee's; 0 for nothing."""
    campaign = whole.campaign
    left = np.where(campaign.values > 0, campaign.values - at.price * campaign.costs - at.stock_prices, -np.inf)
    for limit in whole.limits:
        if price := at.limit_prices[limit.key]:
            left -= price * limit.takes
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
    budgets = np.unique(np.append(np.linspace(0, most.cost / share, _CURVE_POINTS), min(
        campaign.budget, most.cost / share
    )))  # fmt: skip
    values, prices, last = [], [], most
    for budget in budgets[::-1].tolist():
        last = _within_budget(whole, budget, (rows, share), last)
        values.append(last.value / share)
        prices.append(last.price)
    reached = np.maximum.accumulate(np.array(values[::-1]))
    return Curve(budgets, reached, np.array(prices[::-1]), share < 1)


def _within_budget(whole: Bounded, budget: float, sample: tuple[Places, float], near: Allocation | None) -> Allocation:
    """Return the best assignment of a sample; who is beyond reach is told among all members.

    A sample that is everybody is assigned as the plan itself is.
    """
    rows, share = sample
    campaign = whole.campaign
    if share == 1:
        return assign_within(replace(whole, campaign=replace(campaign, budget=budget)))
    values = campaign.values[rows]
    found = near
    for _round in range(1 if whole.reach is None else 3):
        kept = values
        if found is not None and whole.reach is not None:
            kept = np.where(beyond_reach(whole, worth_left(whole, found))[rows, None], -np.inf, values)
        few = LimitedCampaign(
            kept, campaign.costs[rows], budget * share, np.arange(len(rows)),
            campaign.stock * share if share < 1 else campaign.stock,
        )  # fmt: skip
        limits = [Limit(limit.key, limit.takes[rows], limit.most * share) for limit in whole.limits]
        found = allocate_within(few, limits)
    assert found is not None
    return found
