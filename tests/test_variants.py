"""Variants of a campaign are compared by inviter: who shares more is no fault, and friends of one are no crowd."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from referral_files import SHARED, report_of
from siyu_cli.core.referral.variants import compare_variants, variants_of

REPRO = SHARED / "repro" / "numbers"


def invite_rows(variant: str, inviters: int, each: int, joined: int) -> list[dict[str, str | None]]:
    """Return invites of so many inviters, ``each`` theirs, of whom ``joined`` join; every other inviter one more."""
    return [
        {
            "邀请人": f"{variant}{inviter}", "被邀请人": f"{variant}{inviter}-{place}", "邀请时间": "2026-03-01",
            "海报版本": variant, "加入时间": "2026-03-02" if place < joined + inviter % 2 else None,
        }
        for inviter in range(inviters) for place in range(each)
    ]  # fmt: skip


def comparison_of(*rows: list[dict[str, str | None]]) -> dict:
    return report_of(pd.DataFrame([row for some in rows for row in some]))["variant_comparison"]


def joined_of(found: dict) -> dict:
    return {row["variant"]: row for row in found["comparisons"] if row["metric"] == "joined"}


def test_a_better_poster_is_told_from_the_control_and_a_like_one_is_not():
    found = comparison_of(*(invite_rows(name, 100, 10, joined) for name, joined in {"A": 3, "B": 5, "C": 3}.items()))
    assert found["control"] == "A"
    assert {name: row["verdict"] for name, row in joined_of(found).items()} == {
        "B": "effective",
        "C": "not_enough_evidence",
    }


def test_inviters_who_are_not_as_many_as_planned_get_no_verdict():
    found = comparison_of(invite_rows("A", 300, 2, 1), invite_rows("B", 150, 2, 0))
    assert found["srm_p_value"] < 0.001
    assert {row["verdict"] for row in found["comparisons"]} == {"withheld"}


def test_a_poster_that_makes_people_share_more_keeps_its_verdict():
    found = comparison_of(invite_rows("A", 100, 5, 1), invite_rows("B", 100, 9, 4))
    assert found["inviters"] == {"A": 100, "B": 100}
    assert found["srm_p_value"] == pytest.approx(1.0)
    assert joined_of(found)["B"]["verdict"] == "effective"


def test_a_few_inviters_whose_friends_all_come_prove_nothing():
    # 40 inviters each; all friends of a fifth of A's and of a third of B's join: 96 of 480 invites against 156.
    rows = [
        {**row, "加入时间": "2026-03-02" if int(row["邀请人"][1:]) < lucky else None}
        for name, lucky in (("A", 8), ("B", 13)) for row in invite_rows(name, 40, 12, 0)
    ]  # fmt: skip
    (row,) = joined_of(comparison_of(rows)).values()
    assert row["verdict"] == "not_enough_evidence"
    assert row["p_value"] == pytest.approx(0.22, abs=0.02)


def test_one_inviter_a_poster_gives_a_difference_without_an_interval():
    (row,) = joined_of(comparison_of(invite_rows("A", 1, 400, 40), invite_rows("B", 1, 400, 300))).values()
    assert row["difference"] == pytest.approx(0.65)
    assert (row["low"], row["high"], row["p_value"], row["p_value_holm"]) == (None, None, None, None)
    assert row["verdict"] == "not_enough_evidence"


@pytest.mark.skipif(not REPRO.exists(), reason="needs the shared data")
def test_the_clustered_campaign_is_undecided_and_the_one_that_shares_more_is_not_withheld():
    clustered = report_of(REPRO / "variants-clustered" / "邀请.csv")["variant_comparison"]
    assert {row["verdict"] for row in clustered["comparisons"]} == {"not_enough_evidence"}
    sharing = report_of(REPRO / "variants-more-sharing" / "邀请.csv")["variant_comparison"]
    assert sharing["srm_p_value"] == pytest.approx(1.0)
    assert "withheld" not in {row["verdict"] for row in sharing["comparisons"]}


def counted(invites: pd.DataFrame) -> tuple[list[dict], pd.DataFrame]:
    """Return the rows and pairs that the steps would count, from one row per variant and inviter: plainly."""
    rows = invites.groupby("variant")[["invites", "joined", "ordered"]].sum().reset_index().to_dict("records")
    pairs = invites.merge(invites, on="inviter", suffixes=("", "_other"))
    products = {
        f"{one}_{two}": pairs[one] * pairs[f"{two}_other"]
        for one, two in (("invites", "invites"), ("joined", "invites"), ("joined", "joined"), ("ordered", "invites"),
                         ("ordered", "ordered"))
    }  # fmt: skip
    keyed = pd.DataFrame({"variant": pairs["variant"], "other": pairs["variant_other"], "inviters": 1, **products})
    return rows, keyed.groupby(["variant", "other"]).sum().reset_index()


def stated_error(invites: pd.DataFrame) -> float:
    """Return the standard error of B's joined rate less A's, from each inviter's own deviation."""
    deviations = {}
    for variant, own in invites.groupby("variant"):
        rate = own["joined"].sum() / own["invites"].sum()
        part = (own["joined"] - rate * own["invites"]) / own["invites"].sum() * (len(own) / (len(own) - 1)) ** 0.5
        deviations[variant] = part.set_axis(own["inviter"])
    whole = deviations["B"].sub(deviations["A"], fill_value=0.0)
    return float((whole**2).sum() ** 0.5)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(0, 30), st.integers(1, 9), st.integers(0, 9)),
        min_size=8, max_size=60, unique_by=lambda row: row[:2],
    ).filter(lambda rows: all(sum(row[0] == name for row in rows) >= 2 for name in "AB"))
)  # fmt: skip
def test_the_spread_is_that_of_inviters_also_where_one_sends_both_posters(drawn):
    rows = [(variant, inviter, invites, min(joined, invites), 0) for variant, inviter, invites, joined in drawn]
    invites = pd.DataFrame(rows, columns=["variant", "inviter", "invites", "joined", "ordered"])
    found = compare_variants(variants_of(*counted(invites)), "A")
    row = joined_of(found).get("B")
    if row is None or "inviters" not in row["test"]:  # everybody joined, or invites say less than inviters
        return
    error = stated_error(invites)
    if row["low"] == -1 or row["high"] == 1:  # no rates differ by more
        return
    middle, reach = (row["low"] + row["high"]) / 2, (row["high"] - row["low"]) / 2
    fewest = min(found["inviters"].values())
    assert middle == pytest.approx(row["difference"], abs=1e-9)
    assert 1.9599 * error <= reach <= float(stdtrit(fewest - 1, 0.975)) * error * (1 + 1e-9)


@pytest.mark.parametrize("concentration", [0.3, 3.0, 1000.0])
def test_like_posters_are_told_apart_in_one_campaign_of_twenty(concentration: float):
    rng = np.random.default_rng(7)
    p_values = []
    for _campaign in range(400):
        invites = rng.integers(1, 25, 160)
        rates = rng.beta(0.2 * concentration, 0.8 * concentration, 160)
        drawn = pd.DataFrame({
            "variant": ["A", "B"] * 80, "inviter": range(160), "invites": invites,
            "joined": rng.binomial(invites, rates), "ordered": 0,
        })  # fmt: skip
        p_values.append(joined_of(compare_variants(variants_of(*counted(drawn)), "A"))["B"]["p_value"])
    assert 0.025 <= np.mean(np.array(p_values) < 0.05) <= 0.075
