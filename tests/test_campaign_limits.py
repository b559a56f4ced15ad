"""Limits beside the budget hold, whatever more would bring, and the bound still is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu_cli.core.campaign.limits import LimitedCampaign, Reach, affordable, allocate_within, limits_of, stock_of
from siyu_cli.core.campaign.outlook import Outlook, outlook_of
from siyu_cli.core.campaign.plan import Plan, plan_of
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.core.campaign.problem import Limit
from siyu_cli.core.campaign.reach import Bounded, assign_within, curve_within


def planned(**limits: Any) -> Plan:
    document = {
        "campaign": {"name": "May", "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 5), "budget": 1000},
        "offers": [
            {"name": "c20", "kind": "coupon", "value": 20, "stock": 100, "use_per_customer_limit": 2},
            {"name": "swap", "kind": "points", "required_points": 500, "value": 5},
        ],
        "responses": [
            {"offer": "c20", "redemption_rate": 0.3, "purchase_rate": 0.1},
            {"offer": "swap", "redemption_rate": 0.2, "purchase_rate": 0.1},
        ],
        "limits": limits,
    }
    return plan_of(document, Places("plan.toml"))


def outlook(plan: Plan, members: int = 400) -> Outlook:
    return outlook_of(plan, ["all"] * members, np.linspace(50, 500, members), 0.5)


def campaign_of(plan: Plan, whole: Outlook) -> LimitedCampaign:
    values, costs = whole.matrices()
    return LimitedCampaign(values, costs, float(plan.campaign.budget), np.arange(len(values)), stock_of(plan))


def test_a_piece_of_stock_is_one_use():
    assert stock_of(planned()).tolist() == [50.0, np.inf]


@pytest.mark.parametrize(
    "limits", [{"liability": 900}, {"usage": 30}, {"points": 10_000}, {"liability": 900, "usage": 30}]
)
def test_limits_of_the_plan_hold(limits: dict[str, int]):
    plan = planned(**limits)
    whole = outlook(plan)
    known = limits_of(plan, whole)
    found = allocate_within(campaign_of(plan, whole), known)
    prices = found.limit_prices
    treated = np.flatnonzero(found.offer >= 0)
    assert {limit.key for limit in known} == set(prices) == set(limits)
    for limit in known:
        taken = limit.takes[treated, found.offer[treated]].sum()
        assert taken <= limit.most
    assert max(prices.values()) > 0
    assert 0 <= found.gap < 0.02
    assert found.cost <= 1_000
    assert (found.used <= stock_of(plan)).all()


def test_a_limit_nobody_comes_near_changes_nothing():
    plan = planned(usage=10_000)
    whole = outlook(plan)
    bare = allocate_within(campaign_of(plan, whole), [])
    found = allocate_within(campaign_of(plan, whole), limits_of(plan, whole))
    assert found.offer.tolist() == bare.offer.tolist()
    assert found.limit_prices == {"usage": 0.0}


def test_one_member_is_given_no_more_than_they_may():
    plan = planned(spend_per_customer=10)
    assert affordable(plan, outlook(plan, 3)).tolist() == [[False, True]] * 3
    assert affordable(planned(), outlook(planned(), 3)).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=5),
    st.integers(0, 12), st.integers(0, 5), st.integers(0, 12),
)  # fmt: skip
def test_no_assignment_within_the_limits_brings_more_than_the_bound(
    value: list[tuple[int, int]], budget: int, usage: int, liability: int
):
    values, costs = np.array(value, float), np.array([[1.0, 3.0]] * len(value))
    limits = [Limit("usage", np.ones(values.shape), usage), Limit("liability", costs * 2, liability)]
    campaign = LimitedCampaign(values, costs, float(budget), np.arange(len(value)), np.full(2, np.inf))
    found = allocate_within(campaign, limits)
    best = 0.0
    for choice in product((-1, 0, 1), repeat=len(value)):
        pairs = [(member, offer) for member, offer in enumerate(choice) if offer >= 0]
        cost = sum(costs[pair] for pair in pairs)
        if len(pairs) <= usage and cost <= budget and 2 * cost <= liability:
            best = max(best, sum(values[pair] for pair in pairs))
    assert found.value - 1e-9 <= best <= found.bound + 1e-6
    assert found.members_treated <= usage
    assert 2 * found.cost <= liability


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 12)] * 2, st.sampled_from(["", "li", "wu"])), min_size=1, max_size=5),
    st.integers(0, 12), st.integers(0, 2), st.integers(0, 4),
)  # fmt: skip
def test_no_assignment_within_what_employees_can_reach_brings_more_than_the_bound(
    members: list[tuple[int, int, str]], budget: int, most: int, usage: int
):
    """Budget, usage and employees hold together, and the bound holds for all of them, not for those who were kept."""
    values = np.array([row[:2] for row in members], float)
    costs, owner = np.array([[1.0, 3.0]] * len(members)), np.array([row[2] for row in members])
    campaign = LimitedCampaign(values, costs, float(budget), np.arange(len(members)), np.full(2, np.inf))
    reach = Reach(owner, np.full(len(members), most))
    found = assign_within(Bounded(campaign, (Limit("usage", np.ones(values.shape), usage),), reach))
    best = 0.0
    for choice in product((-1, 0, 1), repeat=len(members)):
        pairs = [(member, offer) for member, offer in enumerate(choice) if offer >= 0]
        reached = [owner[member] for member, _offer in pairs]
        is_kept = all(reached.count(name) <= most for name in ("li", "wu"))
        if is_kept and len(pairs) <= usage and sum(costs[pair] for pair in pairs) <= budget:
            best = max(best, sum(values[pair] for pair in pairs))
    assert found.value - 1e-9 <= best <= found.bound + 1e-6
    assert found.members_treated <= usage
    assert found.cost <= budget
    for name in ("li", "wu"):
        assert int(((owner == name) & (found.offer >= 0)).sum()) <= most


@pytest.mark.parametrize("key", ["liability", "usage", "points", "employees", "all"])
def test_prices_of_limits_are_those_of_all_members_not_of_a_sample(key: str):
    """Among 25,000 members each limit is used up to the last unit that is worth anything."""
    rng = np.random.default_rng(7)
    shape = 25_000, 4
    values, costs = rng.gamma(1, 10, shape), rng.gamma(2, 3, shape)
    worst = costs * rng.uniform(1, 4, shape)
    owner = rng.integers(0, 50, len(values)).astype(str)
    known = {
        "liability": Limit("liability", worst, float(worst.sum() * 0.02)),
        "usage": Limit("usage", np.broadcast_to(1.0, shape), 2_000.0),
        "points": Limit("points", np.broadcast_to(np.array([0.0, 500.0, 0.0, 300.0]), shape), 400_000.0),
    }
    limits = tuple(known.values()) if key == "all" else tuple(known[one] for one in {key} & known.keys())
    reach = Reach(owner, np.full(len(values), 60)) if key in ("employees", "all") else None
    campaign = LimitedCampaign(
        values, costs, float(costs.sum() * 0.03), rng.permutation(len(values)), np.full(4, np.inf)
    )
    found = assign_within(Bounded(campaign, limits, reach))
    assert 0 <= found.gap < 1e-4
    assert max(found.limit_prices.values(), default=1.0) > 0


def test_a_curve_with_employees_is_what_a_plan_of_each_budget_brings():
    """Whom an employee has no place for hangs on the budget: told at one budget's prices, it is 3 % too little."""
    members = np.arange(400)
    is_dormant = members % 2 == 1
    values = np.where(is_dormant[:, None], [15.0, 5.0], [1.0, 4.0])
    costs = np.where(is_dormant[:, None], [4.0, 0.6], [6.0, 1.5])
    owner = np.where(members % 5 > 0, members // 2 % 3, 0).astype(np.str_)
    order = np.random.default_rng(3).permutation(400)
    campaign = LimitedCampaign(values, costs, 1e6, order, np.full(2, np.inf))
    whole = Bounded(campaign, (), Reach(owner, np.full(400, 40)))
    curve = curve_within(whole)
    assert (np.diff(curve.prices) <= 1e-9).all()
    for place in (8, 11, 14):
        best = assign_within(replace(whole, campaign=replace(campaign, budget=float(curve.budgets[place]))))
        assert curve.values[place] == pytest.approx(best.value, rel=1e-3)
