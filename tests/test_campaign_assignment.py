"""A plan carried out: everybody gets one offer or one reason, and what is learned makes the next plan better."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from siyu_cli.core.campaign.assignment import Assignment, assign
from siyu_cli.core.campaign.control import in_control
from siyu_cli.core.campaign.eligibility import CONTROL, NOT_CHOSEN, NOT_WORTHWHILE, OWNER_FULL
from siyu_cli.core.campaign.explore import explore
from siyu_cli.core.campaign.learning import learn, seen_effect
from siyu_cli.core.campaign.plan import Plan, plan_of
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.errors import ConfigError

SEGMENTS = ("dormant", "mature", "new", "odd")
FACES = (5.0, 15.0, 30.0)
BASE = np.array([0.04, 0.20, 0.08, 0.05])
# What each offer truly adds, by segment: the mature need none, the dormant need much.
TRUE_UPLIFT = np.array([[0.005, 0.02, 0.09], [0.01, 0.01, 0.012], [0.04, 0.05, 0.055], [0.002, 0.002, 0.002]])
ORDER_VALUE, MARGIN = 160.0, 0.5


def planned(rates: np.ndarray, budget: float = 3_000.0, measured: bool = False, **limits: Any) -> Plan:
    answers = [
        {
            "segment": SEGMENTS[row], "offer": f"c{column}", "purchase_rate": float(BASE[row]),
            "redemption_rate": float(np.clip(BASE[row] + rates[row, column], 0, 1)),
            "purchase_rate_with": float(np.clip(BASE[row] + rates[row, column], 0, 1)),
            **({"source": "measured", "low": rates[row, column] - 0.01, "high": rates[row, column] + 0.01} if measured
               else {}),
        }
        for row in range(4) for column in range(3)
    ]  # fmt: skip
    offers = [{"name": f"c{place}", "kind": "coupon", "value": face} for place, face in enumerate(FACES)]
    campaign = {"name": "r", "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 5), "budget": budget}
    return plan_of(
        {"campaign": campaign, "offers": offers, "responses": answers, "limits": limits}, Places("plan.toml")
    )


def shop(members: int = 4_000) -> pa.Table:
    return pa.table({
        "member_id": [f"m{number}" for number in range(members)],
        "segment": [SEGMENTS[number % 4] for number in range(members)],
        "order_value": np.full(members, ORDER_VALUE),
        "consent_wecom": [number % 10 != 0 for number in range(members)],
        "owner": [f"o{number % 20}" for number in range(members)],
    })  # fmt: skip


def net(offer: np.ndarray, segment: np.ndarray) -> float:
    """Return the margin an assignment truly adds, less what it truly costs."""
    got = offer >= 0
    uplift = TRUE_UPLIFT[segment[got], offer[got]]
    cost = (BASE[segment[got]] + uplift) * np.array(FACES)[offer[got]]
    return float((uplift * ORDER_VALUE * MARGIN - cost).sum())


def test_everybody_gets_one_offer_or_one_reason():
    found = assign(planned(TRUE_UPLIFT), shop(), MARGIN)
    assert ((found.offer >= 0) == (found.reasons == "")).all()
    assert sum(found.excluded.values()) + found.allocation.members_treated == 4_000
    assert found.excluded["consent_withdrawn"] == 400
    assert set(found.excluded) <= {"consent_withdrawn", CONTROL, NOT_CHOSEN, NOT_WORTHWHILE}
    assert found.cost.sum() == pytest.approx(found.allocation.cost)
    assert found.allocation.cost <= 3_000
    assert found.spend.expected == pytest.approx(found.allocation.cost)
    assert found.spend.expected < found.spend.p95 < found.spend.all_redeemed


def test_the_control_group_is_that_of_the_salt_and_nobody_else():
    plan, table = planned(TRUE_UPLIFT), shop()
    found = assign(plan, table, MARGIN)
    drawn = in_control(found.members, plan.salt, 0.1)
    may = np.array(table["consent_wecom"].to_pylist())
    assert ((found.reasons == CONTROL) == (drawn & may)).all()
    assert found.detectable.control == int((drawn & may).sum())


def test_the_order_of_the_rows_changes_nothing():
    order = np.random.default_rng(1).permutation(4_000)
    plan = planned(TRUE_UPLIFT, contacts_per_owner=30)
    kept, again = assign(plan, shop(), MARGIN), assign(plan, shop().take(pa.array(order)), MARGIN)
    assert again.offer.tolist() == kept.offer[order].tolist()
    assert again.reasons.tolist() == kept.reasons[order].tolist()
    assert again.allocation.bound == kept.allocation.bound


def test_no_employee_gets_more_than_they_can_reach():
    table = shop()
    found = assign(planned(TRUE_UPLIFT, contacts_per_owner=30), table, MARGIN)
    owner = np.array(table["owner"].to_pylist())
    counts = [int(((owner == name) & (found.offer >= 0)).sum()) for name in set(owner.tolist())]
    assert max(counts) <= 30
    assert sum(counts) > 400
    assert found.excluded[OWNER_FULL] > 0


def test_limits_of_the_plan_hold_in_what_is_assigned():
    found = assign(planned(TRUE_UPLIFT, liability=9_000, usage=900, spend_per_customer=15), shop(), MARGIN)
    assert found.allocation.members_treated <= 900
    assert found.spend.all_redeemed <= 9_000
    assert not (found.offer == 2).any()


def test_money_that_does_not_come_back_and_effects_that_cannot_be_proved_are_told_beforehand():
    lavish, lean = (assign(planned(TRUE_UPLIFT, budget), shop(), MARGIN) for budget in (9_000.0, 800.0))
    assert ["cost more than they bring" in str(note) for note in lavish.notes] == [True, False]
    assert "will probably not be proved" in str(lavish.notes[1])
    assert not any("cost more" in str(note) for note in lean.notes)
    large = assign(planned(TRUE_UPLIFT, 4_000.0), shop(40_000), MARGIN)
    assert large.notes == []


def measured(offer: np.ndarray, control: np.ndarray, segment: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what each cell is expected to add after a campaign has been looked at: noise, then learning."""
    added = np.where(offer >= 0, TRUE_UPLIFT[segment, offer], 0.0)
    bought = rng.random(len(offer)) < BASE[segment] + added
    found = np.zeros((4, 3))
    for column in range(3):
        seen = {}
        for row in range(4):
            arms = [(segment == row) & (offer == column), (segment == row) & control]
            seen[str(row)] = seen_effect(*((int(bought[arm].sum()), int(arm.sum())) for arm in arms))
        found[:, column] = [one.expected.effect for one in learn(seen).segments]
    return found.clip(0.0, 1.0)


def learned_plan(seed: int) -> tuple[Assignment, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = shop(24_000)
    ids = np.array(table["member_id"].to_pylist()) + np.array(str(seed))
    segment = np.arange(24_000) % 4
    control = in_control(ids, "first", 0.25)
    allowed = np.broadcast_to(~control[:, None], (24_000, 3))
    costs = np.broadcast_to(np.array(FACES) * 0.1, allowed.shape)
    offer = explore(ids, segment, allowed, costs, 1e9, salt="first", most=2_000)
    rates = measured(offer, control, segment, rng)
    return assign(planned(rates, 8_000.0, measured=True), table, MARGIN), segment


def test_exploring_first_beats_a_wrong_assumption_and_the_same_coupon_for_all():
    wrong = TRUE_UPLIFT[::-1].copy()
    table = shop(24_000)
    segment = np.arange(24_000) % 4
    guessed = net(assign(planned(wrong, 8_000.0), table, MARGIN).offer, segment)
    may = (np.arange(24_000) % 10 != 0) & ~in_control(np.array(table["member_id"].to_pylist()), "r/2026-05-01", 0.1)
    for_all = []
    for column, face in enumerate(FACES):
        cost = (BASE + TRUE_UPLIFT[:, column])[segment] * face
        reached = may & (np.cumsum(np.where(may, cost, 0.0)) <= 8_000)
        for_all.append(net(np.where(reached, column, -1), segment))
    learned = [net(found.offer, where) for found, where in map(learned_plan, range(8))]
    assert min(learned) > max(guessed, *for_all)


def test_a_leaders_fee_is_paid_in_any_case_and_leaves_that_much_less_for_members():
    """A fee of 1,000 in a budget of 3,000 is the plan of 2,000, and costs 1,000 more."""
    with_fee = planned(TRUE_UPLIFT, budget=3_000.0)
    leader = {"name": "kol", "kind": "kol", "code": "LINA", "fixed_fee": 1_000}
    document = with_fee.model_dump(exclude_none=True, exclude_defaults=True)
    paid = plan_of(document | {"offers": [*document["offers"], leader]}, Places("plan.toml"))
    found, plain = assign(paid, shop(), MARGIN), assign(planned(TRUE_UPLIFT, budget=2_000.0), shop(), MARGIN)
    assert found.offer.tolist() == plain.offer.tolist()
    assert found.spend.expected == pytest.approx(plain.spend.expected + 1_000)
    assert found.spend.expected <= 3_000
    assert found.spend.p95 == pytest.approx(plain.spend.p95 + 1_000)
    assert found.spend.all_redeemed == pytest.approx(plain.spend.all_redeemed + 1_000)


@pytest.mark.parametrize(("key", "limits"), [("campaign.budget", {}), ("limits.liability", {"liability": 500})])
def test_a_fee_beyond_what_may_be_spent_is_refused(key: str, limits: dict[str, Any]):
    document = {
        "campaign": {"name": "r", "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 5), "budget": 900},
        "offers": [{"name": "kol", "kind": "kol", "code": "LINA", "fixed_fee": 1_000 if not limits else 600}],
        "limits": limits,
    }
    with pytest.raises(ConfigError, match=rf"{key}.* fixed fees"):
        plan_of(document, Places("plan.toml"))
