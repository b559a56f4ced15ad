"""Reading an experiment: published results come out as published, and no verdict goes too far."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from referral_files import SHARED
from siyu_cli.core import experiment
from siyu_cli.core.experiment import Sample

HILLSTROM = SHARED / "hillstrom" / "hillstrom.csv"


@pytest.mark.skipif(not HILLSTROM.exists(), reason="needs the shared data")
def test_the_published_mail_experiment_is_read_as_published():
    rows = pd.read_csv(HILLSTROM)
    arms = {name.split()[0]: part for name, part in rows.groupby("segment")}
    none = arms.pop("No")
    assert experiment.mismatch([len(arms["Mens"]), len(arms["Womens"]), len(none)]) == pytest.approx(0.9037, abs=5e-5)

    def events(part: pd.DataFrame, key: str) -> tuple[int, int]:
        return int(part[key].sum()), len(part)

    def spend(part: pd.DataFrame) -> Sample:
        return Sample(len(part), float(part["spend"].sum()), float((part["spend"] ** 2).sum()))

    visit = experiment.compare_proportions(events(arms["Mens"], "visit"), events(none, "visit"), interval="wald")
    assert (visit.estimate, visit.low, visit.high) == pytest.approx((0.076590, 0.069954, 0.083226), abs=5e-7)
    bought = experiment.compare_proportions(events(arms["Mens"], "conversion"), events(none, "conversion"))
    assert (bought.estimate, bought.low, bought.high) == pytest.approx((0.006805, 0.005014, 0.008641), abs=5e-7)
    assert bought.statistic == pytest.approx(7.3851, abs=5e-5)
    spent = experiment.compare_means(spend(arms["Mens"]), spend(none))
    assert (spent.estimate, spent.low, spent.high) == pytest.approx((0.769827, 0.485140, 1.054515), abs=5e-7)
    assert spent.p_value == pytest.approx(1.1638e-7, rel=1e-4)
    womens = experiment.compare_proportions(events(arms["Womens"], "conversion"), events(none, "conversion"))
    assert womens.p_value == pytest.approx(1.571e-4, rel=1e-3)
    assert experiment.compare_means(spend(arms["Womens"]), spend(none)).p_value == pytest.approx(1.1294e-3, rel=1e-4)


@pytest.mark.skipif(not HILLSTROM.exists(), reason="needs the shared data")
def test_what_segments_learn_from_each_other_is_as_published():
    rows = pd.read_csv(HILLSTROM)
    effects, errors = [], []
    for _name, part in rows.groupby("history_segment"):
        shares = [part[part["segment"] == arm]["visit"] for arm in ("Mens E-Mail", "No E-Mail")]
        effects.append(shares[0].mean() - shares[1].mean())
        # Half an event more and half a person without one, as the published figures have it.
        rates = [(share.sum() + 0.5) / (len(share) + 1) for share in shares]
        variances = [rate * (1 - rate) / len(share) for rate, share in zip(rates, shares, strict=True)]
        errors.append(sum(variances) ** 0.5)
    spread = experiment.draw_together(effects, errors)
    assert spread.q == pytest.approx(9.525, abs=5e-4)
    assert spread.tau_squared == pytest.approx(5.34e-5, rel=1e-3)
    assert (min(spread.shrunk), max(spread.shrunk)) == pytest.approx((0.0717, 0.0830), abs=5e-5)


def test_people_needed_by_either_formula():
    told = [
        experiment.people_needed(*pair, formula=formula)
        for formula in ("normal", "cohen")
        for pair in ((0.2, 0.25), (0.1, 0.12))
    ]
    assert told == [1094, 3841, 1092, 3835]
    assert experiment.people_needed(0.2, 0.2 + experiment.least_effect(0.2, 1094)) <= 1094


def test_cuped_takes_away_what_the_past_explains():
    rng = np.random.default_rng(1)
    past = rng.normal(100, 20, 5_000)
    now = past + rng.normal(5, 5, 5_000)
    samples = [Sample(5_000, float(x.sum()), float((x**2).sum())) for x in (now, past)]
    theta = float(np.cov(now, past)[0, 1] / past.var(ddof=1))
    less = experiment.adjusted_for_past(*samples, float((now * past).sum()), theta, float(past.mean()))
    assert less.mean == pytest.approx(now.mean())
    assert less.variance == pytest.approx((now - theta * past).var(ddof=1), rel=1e-6)


def test_a_ratio_of_sums_has_the_variance_of_the_delta_method():
    rng = np.random.default_rng(2)
    orders = rng.integers(1, 6, 4_000).astype(float)
    sales = orders * rng.normal(50, 10, 4_000)
    tops, bottoms = (Sample(4_000, float(x.sum()), float((x**2).sum())) for x in (sales, orders))
    ratio = experiment.ratio_sample(4_000, tops, bottoms, float((sales * orders).sum()))
    linear = (sales - ratio.mean * orders) / orders.mean()
    assert ratio.mean == pytest.approx(sales.sum() / orders.sum())
    assert ratio.variance == pytest.approx(linear.var(ddof=1), rel=1e-6)
