"""Limits beside the budget: what everybody using everything may cost, how many offers, how many points.

Each limit has a price of its own, like the budget's: what an offer takes of it is charged at that price, the same for
everybody, until the limit holds; so has a place with each employee.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.allocation import Allocation, problem_of, solve
from siyu_cli.core.campaign.outlook import Outlook
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.problem import Employees, Limit, Places, Values


@dataclass(frozen=True)
class LimitedCampaign:
    """What there is to assign: values and costs, members × offers, a budget, each offer's stock, ties' ranks."""

    values: Values
    costs: Values
    budget: float
    ranks: Places
    stock: Values


@dataclass(frozen=True)
class Reach:
    """Whose members are whose, "" for nobody's, and how many members each one's employee can reach."""

    owner: NDArray[np.str_]
    most: Places


def stock_of(plan: Plan) -> Values:
    """Return the stock of each offer, inf without one: in members, each of whom may use it up to their limit."""
    return np.array([
        np.inf if offer.stock is None else offer.stock // offer.use_per_customer_limit for offer in plan.offers
    ], dtype=np.float64)  # fmt: skip


def limits_of(plan: Plan, outlook: Outlook) -> list[Limit]:
    """Return the limits of a plan that hold over all members: liability, usage, points."""
    shape = outlook.order_value.shape
    found = []
    if plan.limits.liability is not None:
        worst = np.column_stack([
            offer.worst_values(outlook.order_value[:, place]) + float(offer.contact_cost)
            for place, offer in enumerate(outlook.offers)
        ])  # fmt: skip
        found.append(Limit("liability", worst, float(plan.limits.liability - plan.fixed_fees)))
    if plan.limits.usage is not None:
        found.append(Limit("usage", np.broadcast_to(1.0, shape), float(plan.limits.usage)))
    if plan.limits.points is not None:
        points = [float((offer.required_points or 0) * offer.use_per_customer_limit) for offer in outlook.offers]
        found.append(Limit("points", np.broadcast_to(np.array(points), shape), float(plan.limits.points)))
    return found


def affordable(plan: Plan, outlook: Outlook) -> NDArray[np.bool_]:
    """Return, members × offers, whose offers cost no more than one member may be given."""
    most = plan.limits.spend_per_customer
    if most is None:
        return np.ones(outlook.order_value.shape, np.bool_)
    return np.column_stack([
        offer.worst_values(outlook.order_value[:, place]) <= float(most) for place, offer in enumerate(outlook.offers)
    ])  # fmt: skip


def allocate_within(campaign: LimitedCampaign, limits: Sequence[Limit], reach: Reach | None = None) -> Allocation:
    """Return the assignment that keeps all limits, with the price of each: what one more unit of it would bring.

    >>> campaign = LimitedCampaign(np.array([[5.0], [4.0]]), np.ones((2, 1)), 9.0, np.arange(2), np.array([np.inf]))
    >>> found = allocate_within(campaign, [Limit("usage", np.ones((2, 1)), 1.0)])
    >>> found.offer.tolist(), found.value, round(found.bound, 4)
    ([0, -1], 5.0, 5.0)
    """
    problem, line = problem_of(campaign.values, campaign.costs, campaign.budget, campaign.ranks, campaign.stock)
    in_line = tuple(replace(limit, takes=_in_line(limit.takes, line)) for limit in limits)
    employees = None if reach is None else _employees(reach, line)
    return solve(replace(problem, limits=in_line, employees=employees), line)


def _employees(reach: Reach, line: Places) -> Employees:
    """Return the employees by number, in the order of their names; nobody's members are nobody's."""
    names, first, owner = np.unique(reach.owner[line], return_index=True, return_inverse=True)
    most = reach.most[line][first].astype(np.float64)
    if len(names) and names[0] == "":
        return Employees(owner.astype(np.int64) - 1, most[1:])
    return Employees(owner.astype(np.int64), most)


def _in_line(takes: Values, line: Places) -> Values:
    """Return what is taken with each member in line; where it is the same with everybody, it stays one row."""
    found: Values = takes[line] if takes.strides[0] else takes
    return found
