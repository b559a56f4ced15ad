"""Everybody left out of a campaign has one reason, the first that applies, and the control group is drawn within."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu_cli.core.campaign.conflicts import keeps_of_conflicts, within_owners
from siyu_cli.core.campaign.eligibility import CONTROL, REASONS, draw_control, eligibility, reason_note
from siyu_cli.core.campaign.plan import Plan, plan_of
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.core.experiment import mismatch

START = date(2026, 5, 1)


def planned(limits: dict[str, Any] | None = None, **campaign: Any) -> Plan:
    document = {
        "campaign": {"name": "May", "starts_on": START, "ends_on": date(2026, 5, 5), "budget": 1000, **campaign},
        "offers": [
            {"name": "gold", "kind": "coupon", "value": 20, "levels": ["gold"]},
            {"name": "back", "kind": "coupon", "value": 30, "stages": ["dormant", "churned"]},
            {"name": "swap", "kind": "points", "required_points": 500, "value": 5},
            {"name": "first", "kind": "coupon", "value": 10, "trigger": "with_code", "first_order_only": True},
        ],
        "limits": limits or {},
    }
    return plan_of(document, Places("plan.toml"))


GOOD: dict[str, Any] = {
    "member_id": "m", "is_in_audience": True, "opt_out_profiling": None, "birthday": date(1990, 1, 1),
    "is_unfriended": False, "consent_wecom": True, "consent_sms": None, "is_control_elsewhere": False,
    "is_in_other_campaign": None, "last_contact_on": date(2026, 4, 1), "contacts": 1, "stage": "dormant",
    "level": "gold", "order_count": 3, "points": 900,
}  # fmt: skip
KINDS = {"birthday": pa.date32(), "last_contact_on": pa.date32(), "contacts": pa.int64(), "order_count": pa.int64()}


def facts(*rows: dict[str, Any]) -> pa.Table:
    whole = [GOOD | row for row in rows]
    kind = {key: pa.bool_() for key in GOOD if key.startswith(("is_", "consent_", "opt_"))} | KINDS
    return pa.table({key: pa.array([row[key] for row in whole], kind.get(key)) for key in GOOD})


def reason_of(plan: Plan, **row: Any) -> str:
    return str(eligibility(facts(row), plan).reasons[0])


LIMITS = {"days_between_contacts": 7, "contacts_per_member": 3}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, ""),
        ({"is_in_audience": False}, "outside_audience"),
        ({"opt_out_profiling": True}, "refuses_profiling"),
        ({"birthday": date(2008, 5, 2)}, "minor"),
        ({"birthday": date(2008, 5, 1)}, ""),
        ({"birthday": None}, ""),
        ({"is_unfriended": True}, "unfriended"),
        ({"consent_wecom": False}, "consent_withdrawn"),
        ({"consent_wecom": None}, "consent_unknown"),
        ({"is_control_elsewhere": True}, "control_elsewhere"),
        ({"is_in_other_campaign": True}, "other_campaign"),
        ({"last_contact_on": date(2026, 4, 25)}, "contacted_lately"),
        ({"last_contact_on": date(2026, 4, 24)}, ""),
        ({"last_contact_on": None}, ""),
        ({"contacts": 3}, "contact_limit"),
        ({"contacts": None}, ""),
        ({"stage": "mature", "level": None, "points": 10}, "no_offer"),
        # Of several reasons the first holds.
        ({"opt_out_profiling": True, "consent_wecom": False, "contacts": 9}, "refuses_profiling"),
    ],
)
def test_each_rule_has_its_reason(row: dict[str, Any], reason: str):
    assert reason_of(planned(LIMITS), **row) == reason


def test_one_open_channel_is_enough():
    both = planned(channels=["wecom", "sms"])
    assert reason_of(both, consent_wecom=False, consent_sms=True) == ""
    assert reason_of(both, is_unfriended=True, consent_sms=True) == ""
    assert reason_of(both, is_unfriended=True, consent_sms=False) == "unfriended"
    assert reason_of(both, consent_wecom=None, consent_sms=False) == "consent_withdrawn"


def test_a_stated_basis_stands_for_unknown_consent_and_never_for_a_no():
    table = facts({"consent_wecom": None}, {"consent_wecom": False})
    assert eligibility(table, planned(), bases=["wecom"]).reasons.tolist() == ["", "consent_withdrawn"]


def test_each_offer_goes_to_those_it_is_for():
    table = facts(
        {},
        {"level": "silver", "stage": "mature", "points": 500},
        {"level": None, "stage": "churned", "points": None},
        {"level": "none", "stage": "acquired", "order_count": 0, "points": 0},
        {"level": "none", "stage": "acquired", "order_count": None, "points": 0},
    )
    assert eligibility(table, planned()).allowed.tolist() == [
        [True, True, True, False], [False, False, True, False], [False, True, False, False],
        [False, False, False, True], [False, False, False, False],
    ]  # fmt: skip


def test_what_no_column_says_is_not_known_of_anybody():
    found = eligibility(pa.table({"member_id": ["a", "b"]}), planned(LIMITS))
    assert found.counts == {"consent_unknown": 2}


def test_whoever_is_left_out_gets_nothing_and_is_counted_once():
    rows = [{"contacts": number % 5, "opt_out_profiling": number % 7 == 0} for number in range(70)]
    found = eligibility(facts(*rows), planned(LIMITS))
    assert found.counts == {"refuses_profiling": 10, "contact_limit": 24}
    assert sum(found.counts.values()) + int(found.is_eligible.sum()) == 70
    assert not found.allowed[~found.is_eligible].any()


def test_the_control_group_is_drawn_among_the_eligible_and_gets_nothing():
    ids = np.array([f"m{number}" for number in range(20_000)])
    table = facts({}).take([0] * 20_000).set_column(0, "member_id", pa.array(ids))
    table = table.set_column(
        table.column_names.index("contacts"), "contacts", pa.array([number % 4 for number in range(20_000)])
    )
    plan = planned(LIMITS)
    drawn = draw_control(eligibility(table, plan), ids, plan)
    control = drawn.counts[CONTROL]
    assert mismatch([control, int(drawn.is_eligible.sum())], [0.1, 0.9]) > 0.001
    assert drawn.counts["contact_limit"] == 5_000
    assert not drawn.allowed[drawn.reasons == CONTROL].any()


def test_every_reason_can_be_told():
    assert all(str(reason_note(reason)) for reason in REASONS)


# --- Campaigns in each other's way ------------------------------------------------------------------------


def claims(*rows: tuple[str, str, float, int, int]) -> dict[str, np.ndarray]:
    member, campaign, value, first, last = zip(*rows, strict=True)
    days = np.datetime64("2026-05-01") + np.array([first, last]).astype("m8[D]")
    return {
        "member_id": np.array(member), "campaign": np.array(campaign), "value": np.array(value),
        "starts_on": days[0], "ends_on": days[1],
    }  # fmt: skip


def test_of_campaigns_in_the_same_days_the_one_worth_most_holds_whoever_came_first():
    found = keeps_of_conflicts(
        claims(("a", "x", 3, 0, 5), ("a", "y", 5, 4, 9), ("a", "z", 4, 10, 12), ("b", "x", 1, 0, 5)), "s"
    )
    assert found.tolist() == [False, True, True, True]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 8), st.integers(0, 4)),
        min_size=1, max_size=8,
    ),
    st.randoms(),
)  # fmt: skip
def test_no_member_is_in_two_campaigns_at_once_and_the_order_of_rows_changes_nothing(rows: list[Any], chance: Any):
    made = [(member, f"c{n}", float(value), first, first + days) for n, (member, value, first, days) in enumerate(rows)]
    holds = keeps_of_conflicts(claims(*made), "s")
    kept = [row for row, held in zip(made, holds, strict=True) if held]
    for one in kept:
        for other in kept:
            same = one is not other and one[0] == other[0]
            assert not (same and one[3] <= other[4] and other[3] <= one[4])
    for row, held in zip(made, holds, strict=True):
        # Whoever lost, lost to something worth no less.
        better = [o for o in kept if o[0] == row[0] and o[3] <= row[4] and row[3] <= o[4] and o[2] >= row[2]]
        assert held or better
    shuffled = chance.sample(made, len(made))
    again = keeps_of_conflicts(claims(*shuffled), "s")
    assert {row[1] for row, held in zip(shuffled, again, strict=True) if held} == {row[1] for row in kept}


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 5)), max_size=20), st.integers(0, 4))
def test_an_employee_reaches_so_many_and_those_worth_most(rows: list[tuple[str, int]], most: int):
    owner, worth = np.array([row[0] for row in rows], dtype="U1"), np.array([row[1] for row in rows], float)
    within = within_owners(owner, worth, most, np.arange(len(rows)))
    for name in set(owner.tolist()):
        reached, missed = worth[(owner == name) & within], worth[(owner == name) & ~within]
        assert len(reached) == min(most, int((owner == name).sum()))
        assert not len(missed) or not len(reached) or missed.max() <= reached.min()
