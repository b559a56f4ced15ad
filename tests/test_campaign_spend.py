"""A plan says what it costs in three ways, how wrong it may be, and what could be proved afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu_cli.core import experiment
from siyu_cli.core.campaign.allocation import allocate, budget_curve
from siyu_cli.core.campaign.limits import LimitedCampaign
from siyu_cli.core.campaign.outlook import Outlook, outlook_of
from siyu_cli.core.campaign.plan import Plan, plan_of
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.core.campaign.reach import Bounded, assign_within
from siyu_cli.core.campaign.spend import (
    Cell,
    cells_of,
    detectable,
    prize_caps,
    sensitivity,
    spend_of,
    worthwhile_budget,
)

OFFERS: list[dict[str, Any]] = [
    {"name": "c20", "kind": "coupon", "value": 20, "contact_cost": 0.05},
    {"name": "ten", "kind": "discount", "discount_mode": "percent", "value": 10, "discount_max_amount": 30},
]
RESPONSES: list[dict[str, Any]] = [
    {"segment": "dormant", "offer": "c20", "redemption_rate": 0.08, "purchase_rate": 0.05, "order_value": 200},
    {"segment": "dormant", "offer": "ten", "redemption_rate": 0.06, "purchase_rate": 0.05},
    {"segment": "*", "offer": "ten", "redemption_rate": 0.2, "purchase_rate": 0.15, "source": "measured",
     "low": 0.03, "high": 0.07},
]  # fmt: skip


def planned(offers: list[dict[str, Any]] = OFFERS, responses: list[dict[str, Any]] = RESPONSES) -> Plan:
    campaign = {"name": "May", "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 5), "budget": 1000}
    return plan_of({"campaign": campaign, "offers": offers, "responses": responses}, Places("plan.toml"))


def outlook(members: int = 4) -> Outlook:
    segments = ["dormant", "dormant", "mature", "mature"] * (members // 4)
    return outlook_of(planned(), segments, [100.0, 400.0, 100.0, 400.0] * (members // 4), 0.5)


def cell(**changes: Any) -> Cell:
    base: dict[str, Any] = {
        "segment": "all", "offer": "c", "members": 200, "redemption_rate": 0.1, "purchase_rate": 0.06, "uplift": 0.04,
        "face_value": 20.0, "worst_value": 20.0, "contact_cost": 0.1, "margin": 80.0,
    }  # fmt: skip
    return Cell(**(base | changes))


def test_value_is_margin_that_would_not_come_otherwise_and_cost_counts_those_who_would_have_bought_anyway():
    values, costs = outlook().matrices()
    assert values[:, 0].tolist() == pytest.approx([0.03 * 200 * 0.5, 0.03 * 200 * 0.5, -np.inf, -np.inf])
    assert values[:, 1].tolist() == pytest.approx([0.01 * 100 * 0.5, 0.01 * 400 * 0.5, 0.05 * 50, 0.05 * 200])
    assert costs[:2, 0].tolist() == pytest.approx([0.08 * 20 + 0.05] * 2)
    assert costs[:, 1].tolist() == pytest.approx([0.06 * 10, 0.06 * 30, 0.2 * 10, 0.2 * 30])


def test_with_half_the_uplift_those_who_would_have_bought_anyway_still_cost():
    values, costs = outlook().matrices(0.0)
    assert values[0, 0] == 0
    assert costs[0, 0] == pytest.approx(0.05 * 20 + 0.05)


def test_what_is_not_allowed_has_no_value():
    allowed = np.array([[True, False], [False, True]])
    found = outlook_of(planned(), ["dormant"] * 2, [100.0, 100.0], 0.5, allowed)
    assert (found.matrices()[0] > 0).tolist() == allowed.tolist()


def test_the_cells_of_an_assignment_add_up_to_its_cost():
    whole = outlook(400)
    found = allocate(*whole.matrices(), 150.0, np.arange(400))
    cells = cells_of(whole, found.offer)
    assert sum(one.members for one in cells) == found.members_treated
    assert spend_of(cells).expected == pytest.approx(found.cost)
    measured = [one for one in cells if one.segment == "mature"]
    assert all(one.is_measured and one.rate_error == pytest.approx(0.0102, abs=1e-4) for one in measured)


def test_in_nineteen_of_twenty_cases_it_costs_no_more_than_p95():
    cells = [cell(), cell(members=500, redemption_rate=0.03, face_value=50.0, worst_value=50.0)]
    rng = np.random.default_rng(3)
    spent = sum(
        rng.binomial(one.members, one.redemption_rate, 40_000) * one.face_value + one.members * one.contact_cost
        for one in cells
    )
    told = spend_of(cells)
    assert told.expected == pytest.approx(spent.mean(), rel=0.01)
    assert (spent <= told.p95).mean() == pytest.approx(0.95, abs=0.01)
    assert told.all_redeemed == 200 * 20.1 + 500 * 50.1


@given(st.integers(1, 50), st.floats(0, 1), st.floats(0, 100), st.floats(0, 0.2))
def test_the_three_numbers_are_in_order(members: int, rate: float, face: float, error: float):
    one = cell(members=members, redemption_rate=rate, uplift=0.0, face_value=face, worst_value=face, rate_error=error)
    told = spend_of([one])
    assert told.expected <= told.p95 <= told.all_redeemed


def test_a_rate_that_is_unsure_widens_p95():
    assert spend_of([cell(rate_error=0.02)]).p95 > spend_of([cell()]).p95


def test_a_draw_costs_no_more_than_its_prizes():
    prizes = [{"item": "phone", "value": 4000, "stock": 2, "chance": 0.001}]
    answer = {"offer": "draw", "redemption_rate": 0.5, "purchase_rate": 0.4}
    plan = planned([{"name": "draw", "kind": "giveaway", "prizes": prizes}], [answer])
    whole = outlook_of(plan, ["a"] * 1_000, [100.0] * 1_000, 0.5)
    cells = cells_of(whole, np.zeros(1_000, np.int64))
    assert prize_caps(whole) == {"draw": 8_000.0}
    assert spend_of(cells, prize_caps(whole)).all_redeemed == 8_000.0
    assert spend_of(cells).all_redeemed == 4_000_000.0


@given(st.floats(0, 0.3), st.floats(1, 60), st.floats(0, 5), st.floats(0, 100))
def test_at_the_break_even_uplift_margin_pays_for_cost(anyway: float, face: float, contact: float, margin: float):
    one = cell(redemption_rate=anyway, uplift=0.0, face_value=face, contact_cost=contact, margin=margin)
    uplift = one.break_even_uplift
    if uplift is None:
        assert margin <= face
    else:
        assert uplift * margin == pytest.approx((anyway + uplift) * face + contact)


def test_a_worse_response_shows_what_the_plan_would_lose():
    whole = outlook(400)
    values, costs = whole.matrices()
    within = Bounded(LimitedCampaign(values, costs, 150.0, np.arange(400), np.full(2, np.inf)))
    found = assign_within(within)
    low, same, high = sensitivity(whole, within, found)
    assert (same.value, same.best_value, same.changed, same.flips) == (found.value, found.value, 0, ())
    assert low.value < same.value < high.value
    assert low.cost < same.cost
    assert low.best_value >= low.value
    assert sum(count for _old, _new, count in low.flips) == low.changed
    assert {old for old, _new, _count in low.flips} <= {"c20", "ten", None}


def test_money_beyond_the_worthwhile_budget_brings_less_than_itself():
    values, costs = np.array([[9.0], [3.0], [1.0]]), np.array([[3.0], [2.0], [4.0]])
    curve = budget_curve(values, costs, 9.0, [0, 1, 2], points=10)
    assert worthwhile_budget(curve) == 5.0
    assert worthwhile_budget(budget_curve(values, costs * 20, 9.0, [0, 1, 2])) == 0.0


def test_the_least_effect_is_that_of_equal_arms_where_they_are_equal_and_larger_where_not():
    assert experiment.least_effect(0.1, 3_841, 3_841) == experiment.least_effect(0.1, 3_841)
    assert experiment.least_effect(0.1, 3_841) == pytest.approx(0.02, abs=1e-5)
    uneven = experiment.least_effect(0.1, 6_000, 1_682)
    assert uneven is not None
    assert uneven > 0.02


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_so_many_members_are_needed_and_no_fewer(share: float):
    needed = experiment.members_needed(0.1, 0.12, share)
    assert needed is not None
    control = int(needed * share)
    assert experiment.is_shown(0.1, 0.12, (needed - control, control))
    assert not experiment.is_shown(0.1, 0.12, (int((needed - 20) * (1 - share)), int((needed - 20) * share)))
    assert experiment.members_needed(0.1, 0.1, share) is None


def test_the_power_is_what_it_is_said_to_be():
    rng = np.random.default_rng(4)
    rise = experiment.least_effect(0.1, 9_000, 1_000)
    assert rise is not None
    with_it, without = rng.binomial(9_000, 0.1 + rise, 4_000), rng.binomial(1_000, 0.1, 4_000)
    p_values = [
        experiment.compare_proportions((int(top), 9_000), (int(low), 1_000)).p_value
        for top, low in zip(with_it, without, strict=True)
    ]
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.8, abs=0.03)


def test_a_control_group_too_small_for_the_assumed_effect_is_told_before_anything_is_sent():
    assert not detectable([cell(members=2_000)], 200).is_enough
    enough = detectable([cell(members=20_000)], 4_000, deviation=40.0)
    assert enough.is_enough
    assert enough.amount == pytest.approx(2.802 * 40 * (1 / 20_000 + 1 / 4_000) ** 0.5, rel=1e-3)
    assert detectable([cell()], 0).least is None
    assert not detectable([], 100).is_enough
