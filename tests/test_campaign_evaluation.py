"""A campaign's result is read as published experiments were, and no verdict goes further than the figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hillstrom import ARMS, BY_HISTORY, MENS, NONE
from siyu_cli.core import experiment
from siyu_cli.core.campaign.evaluation import (
    Design,
    Effect,
    Evaluation,
    Return,
    contamination,
    evaluate,
    false_alarms,
)
from siyu_cli.core.campaign.learning import Estimate, learn, over_campaigns, seen_effect
from siyu_cli.core.campaign.outcomes import Arm, Metric, arms_of, metrics_of
from siyu_cli.core.experiment import EFFECTIVE, NOT_EFFECTIVE, UNDECIDED, WITHHELD, Difference
from siyu_cli.errors import DataError

METRICS = [Metric("visit", "share"), Metric("conversion", "share"), Metric("spend")]


@pytest.fixture(scope="module")
def mail() -> Evaluation:
    return evaluate(ARMS, METRICS, Design("No E-Mail"))


def effect(found: Evaluation, arm: str, metric: str) -> Effect:
    return next(one for one in found.effects if (one.arm, one.metric) == (arm, metric))


def rows(seed: int = 1, people: int = 4_000, lift: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    arm = np.where(rng.random(people) < 0.5, "treatment", "control")
    past = rng.gamma(2, 50, people)
    spend = past * 0.8 + rng.normal(0, 20, people) + lift * (arm == "treatment")
    orders = rng.poisson(1.5, people)
    return pd.DataFrame({"arm": arm, "past": past, "spend": spend, "orders": orders, "sales": orders * spend})


# --- A published experiment -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arm", "metric", "expected"),
    [
        ("Mens E-Mail", "visit", (0.076590, 0.069954, 0.083226)),
        ("Mens E-Mail", "conversion", (0.006805, 0.005014, 0.008641)),
        ("Mens E-Mail", "spend", (0.769827, 0.485140, 1.054515)),
        ("Womens E-Mail", "visit", (0.045233,)),
        ("Womens E-Mail", "conversion", (0.003111,)),
        ("Womens E-Mail", "spend", (0.424412,)),
    ],
)
def test_the_published_differences_come_out_to_the_digit(
    mail: Evaluation, arm: str, metric: str, expected: tuple[float, ...]
):
    found = effect(mail, arm, metric).difference
    assert (found.estimate, found.low, found.high)[: len(expected)] == pytest.approx(expected, abs=5e-7)
    assert effect(mail, arm, metric).verdict == EFFECTIVE


def test_the_published_chances_come_out(mail: Evaluation):
    assert mail.srm_p == pytest.approx(0.9037, abs=5e-5)
    assert effect(mail, "Mens E-Mail", "conversion").difference.statistic == pytest.approx(7.3851, abs=5e-5)
    assert effect(mail, "Mens E-Mail", "spend").difference.p_value == pytest.approx(1.1638e-7, rel=1e-4)
    assert effect(mail, "Womens E-Mail", "conversion").difference.p_value == pytest.approx(1.571e-4, rel=1e-3)
    assert effect(mail, "Womens E-Mail", "spend").difference.p_value == pytest.approx(1.1294e-3, rel=1e-4)


def test_p_values_are_adjusted_for_all_arms_and_metrics(mail: Evaluation):
    found = effect(mail, "Womens E-Mail", "spend")
    assert found.p_holm == found.difference.p_value  # the largest of six
    assert min(one.p_holm for one in mail.effects) == 6 * min(one.difference.p_value for one in mail.effects)


def test_what_they_spent_before_explains_little_of_what_they_spend_now():
    found = evaluate(ARMS, [Metric("spend", past="history")], Design("No E-Mail")).effects[0]
    # Worked out apart from the 64,000 rows, with the slope pooled within arms.
    assert found.difference.estimate == pytest.approx(0.7673433757665584, rel=1e-9)
    assert found.variance_reduction == pytest.approx(0.0004330889, rel=1e-6)


def test_segments_learn_from_each_other_as_published():
    learned = learn({name: seen_effect(*pair) for name, pair in BY_HISTORY.items()})
    assert learned.q == pytest.approx(9.525, abs=5e-4)
    assert learned.tau_squared == pytest.approx(5.34e-5, rel=1e-3)
    shrunk = [one.expected.effect for one in learned.segments]
    assert (min(shrunk), max(shrunk)) == pytest.approx((0.0717, 0.0830), abs=5e-5)
    assert learned.notes == ()


# --- Reading ---------------------------------------------------------------------------------------------


def test_a_table_of_outcomes_is_the_same_as_its_sums():
    table = rows()
    metrics = [Metric("spend", past="past"), Metric("sales", "ratio", "orders")]
    arms = arms_of(table, "arm", [column for metric in metrics for column in metric.columns])
    found = evaluate(arms, metrics, Design("control"))
    groups = dict(iter(table.groupby("arm")))
    plain = stats.ttest_ind(groups["treatment"]["spend"], groups["control"]["spend"], equal_var=False)
    bare = evaluate(arms, [Metric("spend")], Design("control")).effects[0].difference
    assert (bare.statistic, bare.p_value) == pytest.approx((plain.statistic, plain.pvalue))
    ratio = [part["sales"].sum() / part["orders"].sum() for part in (groups["treatment"], groups["control"])]
    assert found.effects[1].difference.estimate == pytest.approx(ratio[0] - ratio[1])
    assert found.effects[1].difference.test == "Welch t, delta method"


def test_the_past_takes_noise_away_and_no_effect():
    table = rows(lift=4.0)
    arms = arms_of(table, "arm", ["spend", "past"])
    bare, less = (evaluate(arms, [Metric("spend", past=past)], Design("control")).effects[0] for past in (None, "past"))
    assert less.difference.high - less.difference.low < (bare.difference.high - bare.difference.low) / 2
    assert less.difference.low < 4.0 < less.difference.high
    correlation = table["spend"].corr(table["past"])
    assert less.variance_reduction == pytest.approx(correlation**2, abs=0.02)


def test_the_order_of_the_rows_changes_nothing():
    table = rows()
    for shuffled in (table.sample(frac=1, random_state=2), table.iloc[::-1]):
        assert arms_of(shuffled, "arm", ["spend", "sales"]) == arms_of(table, "arm", ["spend", "sales"])


def test_metrics_are_what_their_values_are():
    table = rows().assign(bought=lambda part: (part["orders"] > 0).astype(int))
    kinds = {metric.name: metric.kind for metric in metrics_of(table, ["bought", "spend", "sales/orders"])}
    assert kinds == {"bought": "share", "spend": "mean", "sales": "ratio"}


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        (pd.DataFrame({"arm": ["a"]}), ["spend"], "no column spend"),
        (pd.DataFrame({"arm": ["a"], "spend": ["much"]}), ["spend"], "no number"),
        (pd.DataFrame({"arm": ["a", "b"], "spend": [1.0, None]}), ["spend"], "1 members have no spend"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table: pd.DataFrame, columns: list[str], message: str):
    with pytest.raises(DataError, match=message):
        arms_of(table, "arm", columns)


def test_a_control_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(DataError, match="no arm 对照") as caught:
        evaluate(ARMS, METRICS, Design("对照"))
    assert "Mens E-Mail" in caught.value.as_dict()["hint"]


# --- Verdicts --------------------------------------------------------------------------------------------


def shares(with_it: tuple[int, int], without: tuple[int, int]) -> list[Arm]:
    return [
        Arm(name, people, {"buy": events}, {("buy", "buy"): events})
        for name, (events, people) in (("treatment", with_it), ("control", without))
    ]


@pytest.mark.parametrize(
    ("with_it", "without", "worthwhile", "verdict"),
    [
        ((600, 5_000), (500, 5_000), None, EFFECTIVE),
        ((400, 5_000), (500, 5_000), None, NOT_EFFECTIVE),
        ((510, 5_000), (500, 5_000), None, UNDECIDED),
        ((510, 5_000), (500, 5_000), 0.03, NOT_EFFECTIVE),
        ((560, 5_000), (500, 5_000), 0.03, NOT_EFFECTIVE),
        ((0, 1), (500, 5_000), None, WITHHELD),
        ((660, 6_000), (400, 4_000), None, WITHHELD),
    ],
)
def test_there_are_three_verdicts_and_none_where_the_arms_are_not_as_planned(
    with_it: tuple[int, int], without: tuple[int, int], worthwhile: float | None, verdict: str
):
    design = Design("control", worthwhile={} if worthwhile is None else {"buy": worthwhile})
    assert evaluate(shares(with_it, without), [Metric("buy", "share")], design).effects[0].verdict == verdict


def test_arms_drawn_unevenly_on_purpose_are_as_planned():
    design = Design("control", {"treatment": 0.9, "control": 0.1})
    found = evaluate(shares((900, 9_000), (80, 1_000)), [Metric("buy", "share")], design)
    assert found.is_as_planned
    assert found.srm_p == 1.0


def test_one_member_tells_nothing():
    found = evaluate(shares((1, 1), (0, 3)), [Metric("buy", "share"), Metric("buy")], Design("control"))
    assert {one.verdict for one in found.effects} == {UNDECIDED}
    assert all(math.isnan(one.difference.p_value) for one in found.effects)


@given(st.integers(2, 400), st.integers(2, 400), st.data())
def test_a_share_that_is_rare_has_an_interval_that_stays_within_what_can_be(people: int, others: int, data: Any):
    with_it, without = data.draw(st.integers(0, people)), data.draw(st.integers(0, others))
    found = evaluate(shares((with_it, people), (without, others)), [Metric("buy", "share")], Design("control"))
    difference = found.effects[0].difference
    assert difference.low <= difference.estimate + 1e-12
    assert difference.high >= difference.estimate - 1e-12
    if difference.test == "pooled z, newcombe interval":
        assert difference.low >= -1 - 1e-12
        assert difference.high <= 1 + 1e-12


def test_looking_often_makes_nothing_look_like_something():
    assert [round(false_alarms(looks), 3) for looks in (1, 2, 5, 10, 20)] == [0.05, 0.083, 0.142, 0.193, 0.248]
    rng = np.random.default_rng(1)
    z = rng.normal(size=(40_000, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    assert false_alarms(5) == pytest.approx((np.abs(z) > 1.96).any(axis=1).mean(), abs=0.005)


def test_who_was_mixed_up_is_counted_and_stays_where_they_were_assigned():
    found = contamination([True] * 4 + [False] * 6, [True] + [False] * 3 + [True] * 4 + [False] * 2)
    assert (found.control_treated, found.treated_missed, found.share) == (1, 2, 0.25)
    assert contamination([False], [True]).share == 0.0


def test_the_return_is_margin_less_cost_over_cost_with_its_interval(mail: Evaluation):
    spend = effect(mail, "Mens E-Mail", "spend").difference
    margins = [each * MENS.people for each in (spend.estimate, spend.low, spend.high)]
    paid = Return(*margins, 8_000.0)
    assert paid.margin == pytest.approx(0.769827 * 21_307, rel=1e-5)
    assert paid.roi == pytest.approx(
        tuple((x * 21_307 - 8_000) / 8_000 for x in (0.769827, 0.485140, 1.054515)), rel=1e-4
    )
    assert Return(*margins, 0.0).roi is None


def test_the_least_effect_of_a_result_is_that_of_its_arms(mail: Evaluation):
    seen = effect(mail, "Mens E-Mail", "visit").least
    assert seen == experiment.least_effect(2_262 / 21_306, 21_307, 21_306)
    spend = effect(mail, "Mens E-Mail", "spend").least
    deviation = NONE.sample("spend").variance ** 0.5
    assert spend == pytest.approx(2.8016 * deviation * (1 / 21_307 + 1 / 21_306) ** 0.5, rel=1e-4)


# --- Learning --------------------------------------------------------------------------------------------


def test_where_segments_do_not_differ_all_are_expected_to_do_as_the_average():
    learned = learn({name: Estimate(0.05 + step, 0.02) for name, step in (("a", 0.0), ("b", 0.001), ("c", -0.001))})
    assert learned.tau_squared == 0
    assert {round(one.expected.effect, 9) for one in learned.segments} == {0.05}
    assert [note.message for note in learned.notes] == ["No difference between segments can be told: use the average."]
    assert learned.segments[0].expected.error == pytest.approx(0.02 / 3**0.5)


def test_what_is_expected_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    hits = []
    for _trial in range(400):
        truth = rng.normal(0.03, 0.01, 12)
        errors = rng.uniform(0.005, 0.02, 12)
        learned = learn({f"{k:02}": Estimate(truth[k] + rng.normal(0, errors[k]), errors[k]) for k in range(12)})
        hits += [
            one.expected.low <= value <= one.expected.high for one, value in zip(learned.segments, truth, strict=True)
        ]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.03)


def test_campaigns_that_disagree_are_less_sure_together_than_if_they_agreed():
    agreed = over_campaigns([Estimate(0.04, 0.01)] * 2)
    torn = over_campaigns([Estimate(0.0, 0.01), Estimate(0.08, 0.01)])
    assert (agreed.effect, torn.effect) == pytest.approx((0.04, 0.04))
    assert torn.error > 3 * agreed.error
    assert over_campaigns([Estimate(0.04, 0.01)]) == Estimate(0.04, 0.01)


def test_a_difference_says_its_verdict_by_its_interval():
    assert Difference(0.1, 0.05, 0.15, 2.0, 0.01, "z").verdict == EFFECTIVE
