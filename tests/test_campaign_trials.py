"""Trials as they come: a published one to the printed digits, others with words of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from commands import Ended, Run, runner
from referral_files import SHARED
from siyu_cli.guard import forget

COUNTS = Path(__file__).parent / "data" / "hillstrom_counts.csv"
RAW = SHARED / "hillstrom" / "hillstrom.csv"
MAIL = ("--arm", "segment", "--control", "No E-Mail", "--metrics", "visit,conversion,spend")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    Path("siyu.toml").write_text("[shop]\ngross_margin = 0.5\n", "utf-8")
    return runner(capsys, "campaign")


def mail() -> pd.DataFrame:
    """Return a row per person of K. Hillstrom's mail experiment (MineThatData, 64,000 of them)."""
    counts = pd.read_csv(COUNTS)
    return counts.loc[counts.index.repeat(counts["people"])].drop(columns="people")


def told(ended: Ended, *codes: int) -> dict[str, Any]:
    assert ended.code in (codes or (0,)), ended.err
    found: dict[str, Any] = json.loads(ended.out)
    return found


@pytest.mark.parametrize(
    "source",
    ["counts", pytest.param("raw", marks=pytest.mark.skipif(not RAW.exists(), reason="needs the shared data"))],
)
def test_the_published_mail_experiment_comes_out_as_published(run: Run, source: str):
    path = RAW if source == "raw" else Path("mail.parquet")
    if source == "counts":
        mail().to_parquet(path)
    found = told(run("evaluate", str(path), *MAIL, "--format", "json"))
    arms = {arm["arm"]: (arm["n"], *(arm["metrics"][name]["sum"] for name in ("visit", "conversion", "spend")))
            for arm in found["arms"]}  # fmt: skip
    assert arms == {
        "Mens E-Mail": (21_307, 3_894, 267, 30_311.69), "Womens E-Mail": (21_387, 3_238, 189, 23_038.11),
        "No E-Mail": (21_306, 2_262, 122, 13_908.33),
    }  # fmt: skip
    assert found["srm"]["p"] == pytest.approx(0.9037, abs=5e-5)
    effects = {(one["arm"].split()[0], one["metric"]): one for one in found["effects"]}
    published = {
        ("Mens", "visit"): (0.076590, 0.069954, 0.083226), ("Mens", "conversion"): (0.006805, 0.005014, 0.008641),
        ("Mens", "spend"): (0.769827, 0.485140, 1.054515), ("Womens", "visit"): (0.045233,),
        ("Womens", "conversion"): (0.003111,), ("Womens", "spend"): (0.424412,),
    }  # fmt: skip
    for key, digits in published.items():
        one = effects[key]
        seen = (one["difference"], one["ci_low"], one["ci_high"])[: len(digits)]
        assert seen == pytest.approx(digits, abs=5e-7), key
    assert effects["Mens", "conversion"]["statistic"] == pytest.approx(7.3851, abs=5e-5)
    assert effects["Mens", "spend"]["p"] == pytest.approx(1.1638e-7, rel=1e-4)
    assert effects["Womens", "conversion"]["p"] == pytest.approx(1.571e-4, rel=1e-3)
    assert effects["Womens", "spend"]["p"] == pytest.approx(1.1294e-3, rel=1e-4)
    assert {one["test"] for one in found["effects"]} == {
        "pooled z, wald interval", "pooled z, newcombe interval", "Welch t",
    }  # fmt: skip
    assert set(found["effects"][0]) >= {
        "arm", "metric", "difference", "relative", "ci_low", "ci_high", "test", "statistic", "p", "p_holm", "verdict",
    }  # fmt: skip
    assert {"arms", "srm", "effects", "contamination", "looks", "roi"} <= set(found)


def test_segments_learn_from_each_other_as_published(run: Run):
    mail().to_parquet("mail.parquet")
    asked = ("--arm", "segment", "--control", "No E-Mail", "--metrics", "visit", "--by", "history_segment")
    found = told(run("learn", "mail.parquet", *asked, "--format", "json"))
    mens, womens = found["offers"]
    assert mens["q"] == pytest.approx(9.525, abs=5e-4)
    assert mens["tau_squared"] == pytest.approx(5.34e-5, rel=1e-3)
    shrunk = [one["expected"] for one in mens["segments"]]
    assert (min(shrunk), max(shrunk)) == pytest.approx((0.0717, 0.0830), abs=5e-5)
    assert (womens["tau_squared"], womens["differs"]) == (0, False)
    assert {one["expected"] for one in womens["segments"]} == {womens["mean"]}
    forget()
    words = run("learn", "mail.parquet", *asked, "--format", "table", "--lang", "en").out
    assert "Womens E-Mail: no detectable difference between segments; use the average" in " ".join(words.split())


def test_each_segment_of_a_trial_has_a_verdict_of_its_own(run: Run):
    mail().to_parquet("mail.parquet")
    found = told(run("evaluate", "mail.parquet", *MAIL, "--by", "history_segment", "--format", "json"))
    parts = [part for part in found["parts"] if part["metric"] == "visit" and part["offer"] == "Mens E-Mail"]
    assert len(parts) == 7
    assert sum(part["people"] for part in parts) == 21_307
    assert all(part["p"] <= part["p_holm"] for part in parts)


# --- Another trial, with words of its own ---------------------------------------------------------------


def trial(people: int = 3_000) -> pd.DataFrame:
    """Return a trial with four arms, one of them the control, and outcomes of every kind."""
    rng = np.random.default_rng(7)
    group = rng.choice(["A 短信", "B 企微", "C 电话", "空白"], people)
    before = rng.gamma(2, 40, people)
    amount = np.round(before * 0.7 + rng.normal(20, 10, people) + 8 * (group == "B 企微"), 2).clip(0)
    bought = rng.random(people) < np.where(group == "C 电话", 0.35, 0.2)
    return pd.DataFrame({
        "实验分组": group, "是否购买": np.where(bought, "是", "否"), "消费额": amount, "活动前消费": before.round(2),
        "订单数": rng.poisson(1.2, people) + 1, "门店": rng.choice(["南店", "北店"], people),
    })  # fmt: skip


ASKED = ("--arm", "实验分组", "--control", "空白", "--format", "json")


@pytest.mark.parametrize("name", ["trial.csv", "trial.xlsx", "trial.parquet"])
def test_other_columns_other_arms_and_outcomes_of_every_kind_are_read(run: Run, name: str):
    frame, path = trial(), Path(name)
    {".csv": frame.to_csv, ".xlsx": frame.to_excel, ".parquet": frame.to_parquet}[path.suffix](path, index=False)
    found = told(run("evaluate", name, *ASKED, "--metrics", "是否购买,消费额,消费额/订单数"))
    effects = {(one["arm"], one["metric"], one["test"].split(",")[0]): one for one in found["effects"]}
    assert len(effects) == 9
    control = frame[frame["实验分组"] == "空白"]
    for arm in ("A 短信", "B 企微", "C 电话"):
        own = frame[frame["实验分组"] == arm]
        share = effects[arm, "是否购买", "pooled z"]
        rates = [(part["是否购买"] == "是").mean() for part in (own, control)]
        assert share["difference"] == pytest.approx(rates[0] - rates[1])
        mean = effects[arm, "消费额", "Welch t"]
        p_value = stats.ttest_ind(own["消费额"], control["消费额"], equal_var=False).pvalue
        assert mean["p"] == pytest.approx(p_value, rel=1e-6)
        ratio = effects[arm, "消费额/订单数", "Welch t"]
        apart = [part["消费额"].sum() / part["订单数"].sum() for part in (own, control)]
        assert ratio["difference"] == pytest.approx(apart[0] - apart[1])
    assert found["srm"]["p"] > 0.001


def test_the_past_takes_noise_away_from_a_table_as_well(run: Run):
    trial().to_csv("trial.csv", index=False)
    asked = ("evaluate", "trial.csv", *ASKED, "--metrics", "消费额")
    plain = told(run(*asked))["effects"]
    forget()
    less = told(run(*asked, "--past", "消费额=活动前消费"))["effects"]
    assert all(one["variance_reduction"] > 0.9 for one in less)
    widths = [[one["ci_high"] - one["ci_low"] for one in effects] for effects in (plain, less)]
    assert max(widths[1]) < min(widths[0]) / 3


@pytest.mark.parametrize("empty", ["", "NA", "NaN", "null"])
def test_an_empty_outcome_is_never_guessed_at(run: Run, empty: str):
    frame = trial().astype({"消费额": object})
    frame.loc[frame.index[:90], "消费额"] = empty
    frame.to_csv("trial.csv", index=False)
    asked = ("evaluate", "trial.csv", *ASKED, "--metrics", "消费额")
    refused = run(*asked)
    assert (refused.code, "90" in refused.err, "--missing zero" in refused.err) == (65, True, True)
    forget()
    zero = told(run(*asked, "--missing", "zero"))
    forget()
    out = told(run(*asked, "--missing", "left_out"), 3)
    assert sum(arm["n"] for arm in zero["arms"]) == 3_000
    assert sum(arm["n"] for arm in out["arms"]) == 2_910
    totals = [sum(arm["metrics"]["消费额"]["sum"] for arm in found["arms"]) for found in (zero, out)]
    assert totals[0] == pytest.approx(totals[1]) == pytest.approx(pd.to_numeric(frame["消费额"], "coerce").sum())


def test_a_row_that_names_no_arm_is_left_out_and_told(run: Run):
    frame = trial()
    frame.loc[frame.index[:4], "实验分组"] = None
    frame.to_csv("trial.csv", index=False)
    ended = run("evaluate", "trial.csv", *ASKED, "--metrics", "是否购买", "--lang", "en")
    assert sum(arm["n"] for arm in told(ended, 3)["arms"]) == 2_996


def test_who_was_reached_is_read_from_a_column(run: Run):
    frame = trial().assign(触达="是")
    control = frame.index[frame["实验分组"] == "空白"]
    frame.loc[control[3:], "触达"] = "否"
    frame.to_csv("trial.csv", index=False)
    found = told(run("evaluate", "trial.csv", *ASKED, "--metrics", "是否购买", "--reached", "触达"), 0, 3)
    assert found["contamination"]["control_treated"] == 3
    assert found["contamination"]["treated_missed"] == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--metrics", "门店"), 65),
        (("--metrics", "没有"), 65),
        (("--metrics", "消费额/没有"), 65),
        (("--metrics", "消费额", "--by", "没有"), 65),
        (("--metrics", "消费额", "--reached", "门店"), 65),
        (("--metrics", "消费额", "--past", "消费额=没有"), 65),
        (("--metrics", "消费额", "--past", "没有"), 2),
        (("--metrics", " , "), 2),
        (("--metrics", "消费额", "--missing", "?"), 2),
        (("--metrics", "消费额", "--control", "没有"), 65),
    ],
)
def test_what_cannot_be_read_of_a_table_is_said_and_is_no_bug(run: Run, options: tuple[str, ...], code: int):
    trial(200).to_csv("trial.csv", index=False)
    ended = run("evaluate", "trial.csv", *ASKED, *options)
    assert (ended.code, json.loads(ended.err)["code"] != "bug") == (code, True), ended.err


@pytest.mark.parametrize(
    ("bought", "spent"),
    [
        (("是", "否"), "{:,.2f}"), (("已购买", "未购买"), "¥{:.2f}"), (("√", "×"), "{:,.2f}元"),
        ((1.0, 0.0), "￥ {:.2f}"), (("TRUE", "FALSE"), "{:.2f}"),
    ],
)  # fmt: skip
def test_outcomes_are_read_as_shops_write_them(run: Run, bought: tuple[Any, Any], spent: str):
    """Yes and no in any words, money with its sign and its thousands: the figures are those of the plain numbers."""
    rng = np.random.default_rng(3)
    arm = rng.choice(["对照组", "短信组"], 400)
    did = rng.random(400) < np.where(arm == "对照组", 0.2, 0.4)
    amounts = np.where(did, rng.lognormal(7, 0.5, 400), 0).round(2)
    written = {"组别": arm, "是否购买": np.where(did, *bought), "消费金额": [spent.format(one) for one in amounts]}
    pd.DataFrame(written).to_csv("试验.csv", index=False)
    found = told(run(
        "evaluate", "试验.csv", "--arm", "组别", "--control", "对照组", "--metrics", "是否购买,消费金额",
        "--format", "json",
    ))  # fmt: skip
    share, mean = found["effects"]
    assert share["difference"] == pytest.approx(did[arm == "短信组"].mean() - did[arm == "对照组"].mean())
    welch = stats.ttest_ind(amounts[arm == "短信组"], amounts[arm == "对照组"], equal_var=False)
    assert (mean["statistic"], mean["p"]) == pytest.approx((welch.statistic, welch.pvalue))


@pytest.mark.parametrize(
    ("control", "treated", "typed"),
    [(0.0, 1.0, "0"), (0, 1, "0.0"), (False, True, "false"), ("Holdout", "Mail", "holdout")],
)
def test_an_arm_is_found_however_its_name_is_written(run: Run, control: Any, treated: Any, typed: str):
    frame = pd.DataFrame({"arm": [control, treated] * 40, "visit": [0, 1] * 20 + [1, 1] * 20})
    frame.to_parquet("trial.parquet")
    frame.to_csv("trial.csv", index=False)
    for name in ("trial.parquet", "trial.csv"):
        found = told(run(
            "evaluate", name, "--arm", "arm", "--control", typed, "--metrics", "visit", "--format", "json",
        ))  # fmt: skip
        assert [effect["difference"] for effect in found["effects"]] == [0.5]


def test_what_is_wrong_with_a_table_of_outcomes_names_the_file_and_its_own_columns(run: Run):
    pd.DataFrame({"group": ["a", "b"] * 5, "visit": [0, 1] * 5}).to_csv("trial.csv", index=False)
    ended = run(
        "evaluate", "trial.csv", "--arm", "group", "--control", "a", "--metrics", "clicks", "--format", "json",
    )  # fmt: skip
    refusal = json.loads(ended.err)
    assert ended.code == 65
    assert refusal["where"]["file"] == "trial.csv"
    assert refusal["hint"] == "The columns are: group, visit."
