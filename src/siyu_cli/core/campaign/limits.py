"""Limits beside the budget: what everybody using everything may cost, how many offers, how many points.

Each limit has a price of its own, like the budget's: what an offer takes of it is charged at that price, the same for
everybody, until the limit holds. The bound of the priced problem plus price × limit is a bound of the limited one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from siyu_cli.core.campaign.allocation import Allocation, allocate
from siyu_cli.core.campaign.outlook import Outlook
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.problem import Places, Values

_SAMPLE, _SAMPLE_OF_STOCK = 20_000, 5_000  # members on whom the price of a limit is sought
_CUTS = 60
_CLOSE = 1e-5  # share of the bound it may be above the lowest there can be
_REFILLED = 20_000  # members looked at for what is left in the end


@dataclass(frozen=True)
class Limit:
    """A limit: its key in the plan, what each offer would take of it with each member, the most there is."""

    key: str
    takes: Values
    most: float


@dataclass(frozen=True)
class LimitedCampaign:
    """What there is to assign: values and costs, members × offers, a budget, each offer's stock, ties' ranks."""

    values: Values
    costs: Values
    budget: float
    ranks: Places
    stock: Values


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
        found.append(Limit("usage", np.ones(shape), float(plan.limits.usage)))
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


def allocate_within(campaign: LimitedCampaign, limits: Sequence[Limit]) -> tuple[Allocation, dict[str, float]]:
    """Return the assignment that keeps all limits, and the price of each: what one more unit of it would bring.

    >>> campaign = LimitedCampaign(np.array([[5.0], [4.0]]), np.ones((2, 1)), 9.0, np.arange(2), np.array([np.inf]))
    >>> found, prices = allocate_within(campaign, [Limit("usage", np.ones((2, 1)), 1.0)])
    >>> found.offer.tolist(), found.value
    ([0, -1], 5.0)
    """
    sample = _sample(campaign, limits)
    prices = _prices_of(*sample)
    priced = _priced(campaign, limits, prices)
    found = allocate(priced.values, priced.costs, priced.budget, priced.ranks, priced.stock)
    chosen = _refill(campaign, limits, _drop_to_limits(campaign, limits, found.offer), priced.values)
    value, cost = (_total(matrix, chosen) for matrix in (campaign.values, campaign.costs))
    bound = math.fsum([found.bound, *(price * limit.most for price, limit in zip(prices, limits, strict=True))])
    used = np.bincount(chosen[chosen >= 0], minlength=campaign.values.shape[1])
    kept = replace(found, offer=chosen, value=value, cost=cost, bound=max(bound, value), used=used)
    return kept, {limit.key: price for price, limit in zip(prices, limits, strict=True)}


def _sample(campaign: LimitedCampaign, limits: Sequence[Limit]) -> tuple[LimitedCampaign, list[Limit]]:
    has_stock = bool(np.isfinite(campaign.stock).any())
    rows = np.argsort(campaign.ranks, kind="stable")[: _SAMPLE_OF_STOCK if has_stock else _SAMPLE]
    share = len(rows) / max(len(campaign.ranks), 1)
    few = LimitedCampaign(
        campaign.values[rows], campaign.costs[rows], campaign.budget * share, np.arange(len(rows)),
        campaign.stock * share if share < 1 else campaign.stock,
    )  # fmt: skip
    return few, [Limit(limit.key, limit.takes[rows], limit.most * share) for limit in limits]


def _prices_of(campaign: LimitedCampaign, limits: Sequence[Limit]) -> list[float]:
    """Return the limits' prices at which the bound is about lowest, by cutting planes (Kelley 1960)."""
    if not limits:
        return []
    best, lowest = np.zeros(len(limits)), math.inf
    highest = np.array([_highest_price(campaign, limit) for limit in limits])
    cuts, heights = [], []
    tried = best
    for _cut in range(_CUTS):
        priced = _priced(campaign, limits, tried.tolist())
        found = allocate(priced.values, priced.costs, priced.budget, priced.ranks, priced.stock)
        left = np.array([limit.most - _total(limit.takes, found.offer) for limit in limits])
        height = found.bound + float(tried @ np.array([limit.most for limit in limits]))
        if height < lowest:
            best, lowest = tried, height
        cuts.append([*left, -1.0])
        heights.append(float(left @ tried) - height)
        bounds = [*((0.0, most) for most in highest), (None, None)]
        lower = linprog([*[0.0] * len(limits), 1.0], A_ub=cuts, b_ub=heights, bounds=bounds, method="highs")
        if lower.x is None or lower.fun >= lowest - _CLOSE * abs(lowest):
            break
        tried = np.asarray(lower.x[:-1], np.float64)
    return [float(price) for price in best]


def _highest_price(campaign: LimitedCampaign, limit: Limit) -> float:
    """Return a price at which nobody takes anything of a limit."""
    best = np.divide(campaign.values, limit.takes, out=np.zeros(campaign.values.shape), where=limit.takes > 0)
    return float(best[np.isfinite(best)].max(initial=0.0)) + 1.0


def _priced(campaign: LimitedCampaign, limits: Sequence[Limit], prices: Sequence[float]) -> LimitedCampaign:
    charged = [price * limit.takes for price, limit in zip(prices, limits, strict=True) if price]
    return replace(campaign, values=campaign.values - sum(charged)) if charged else campaign


def _drop_to_limits(campaign: LimitedCampaign, limits: Sequence[Limit], chosen: Places) -> Places:
    """Return the assignment with those dropped who bring least for what they take, where a limit is still passed."""
    chosen = chosen.copy()
    for limit in limits:
        holders = np.flatnonzero(chosen >= 0)
        holders = holders[limit.takes[holders, chosen[holders]] > 0]
        taken, value = (matrix[holders, chosen[holders]] for matrix in (limit.takes, campaign.values))
        worst_first = np.lexsort((-campaign.ranks[holders], value / taken))
        excess = _total(limit.takes, chosen) - limit.most
        if excess > 0:
            count = int(np.searchsorted(np.cumsum(taken[worst_first]), excess)) + 1
            chosen[holders[worst_first[:count]]] = -1
    return chosen


def _refill(campaign: LimitedCampaign, limits: Sequence[Limit], chosen: Places, priced: Values) -> Places:
    """Return the assignment with what is left of all limits given to who has nothing yet, the most worth first."""
    before, chosen = chosen, chosen.copy()
    worth = np.where(campaign.values > 0, priced, -np.inf)
    members = np.flatnonzero((chosen < 0) & np.isfinite(worth).any(axis=1))
    members = members[np.lexsort((campaign.ranks[members], -worth[members].max(axis=1)))][:_REFILLED]
    stock = campaign.stock - np.bincount(chosen[chosen >= 0], minlength=len(campaign.stock))
    takes = [campaign.costs, *(limit.takes for limit in limits)]
    left = np.array([campaign.budget, *(limit.most for limit in limits)])
    left -= np.array([_total(matrix, chosen) for matrix in takes])
    for member in members.tolist():
        wanted = np.array([matrix[member] for matrix in takes])
        fits = (wanted <= left[:, None]).all(axis=0) & (stock >= 1) & np.isfinite(worth[member])
        if fits.any():
            offer = int(np.where(fits, worth[member], -np.inf).argmax())
            chosen[member] = offer
            left -= wanted[:, offer]
            stock[offer] -= 1
    most = [campaign.budget, *(limit.most for limit in limits)]
    is_kept = all(_total(matrix, chosen) <= limit for matrix, limit in zip(takes, most, strict=True))
    return chosen if is_kept else before  # sums may round up


def _total(matrix: Values, chosen: Places) -> float:
    holders = np.flatnonzero(chosen >= 0)
    return math.fsum(matrix[holders, chosen[holders]])
