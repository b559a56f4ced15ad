"""A result is told in words: effective, not effective or harmful, not enough evidence; and what it rests on."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from commands import Ended, Run, runner
from siyu_cli.guard import forget

START = date(2026, 5, 1)
AS_OF = "2026-06-30"
ARMS = {"treatment": 600, "control": 200}


def orders(rates: dict[str, float], amount: float = 100.0) -> pd.DataFrame:
    """Of each arm the first so many order within the horizon; everybody did half a year before."""
    rows = []
    for arm, people in ARMS.items():
        for number in range(people):
            rows.append({"会员编号": f"{arm[0]}{number}", "付款时间": "2025-11-01", "实付金额": 50.0})
            if number < rates[arm] * people:
                rows.append(
                    {"会员编号": f"{arm[0]}{number}", "付款时间": str(START + timedelta(3)), "实付金额": amount}
                )
    return pd.DataFrame(rows).assign(订单号=range(len(rows)))


def assigned(**columns: Any) -> pd.DataFrame:
    ids = [f"{arm[0]}{number}" for arm, people in ARMS.items() for number in range(people)]
    arms = [arm for arm, people in ARMS.items() for _number in range(people)]
    return pd.DataFrame({"member_id": ids, "arm": arms, **columns})


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    assigned().to_csv("名单.csv", index=False)
    return runner(capsys, "campaign", "evaluate")


def evaluated(run: Run, rates: dict[str, float], *options: str) -> Ended:
    orders(rates).to_csv("订单.csv", index=False)
    return run("名单.csv", "订单.csv", "--as-of", AS_OF, "--starts-on", str(START), "--days", "30", *options)


@pytest.mark.parametrize(
    ("treated", "word", "after"),
    [(0.40, "有效", "继续"), (0.05, "无效或有害", "停止"), (0.22, "证据不足", "不能说明")],
)
def test_the_verdict_stands_first_in_words_and_then_what_to_do(run: Run, treated: float, word: str, after: str):
    ended = evaluated(run, {"treatment": treated, "control": 0.20}, "--format", "table", "--lang", "zh")
    first, _second, then = ended.out.splitlines()[:3]
    assert f"：{word}。" in first
    assert after in then


def test_arms_effects_and_looks_are_told_for_machines(run: Run):
    found = json.loads(evaluated(run, {"treatment": 0.4, "control": 0.2}, "--format", "json").out)
    arms = {arm["arm"]: arm for arm in found["arms"]}
    assert (arms["treatment"]["n"], arms["control"]["n"]) == (600, 200)
    assert arms["treatment"]["metrics"]["purchase"]["sum"] == 240
    assert arms["control"]["metrics"]["net_sales"]["mean"] == pytest.approx(20.0)
    effect = found["effects"][0]
    assert (effect["arm"], effect["metric"]) == ("treatment", "purchase")
    assert effect["difference"] == pytest.approx(0.2)
    assert effect["ci_low"] < 0.2 < effect["ci_high"]
    assert effect["p"] <= effect["p_holm"]
    assert (found["looks"], found["roi"]) == (1, None)


@pytest.mark.parametrize("explains", [True, False])
def test_the_past_takes_noise_away_or_is_left_alone(run: Run, explains: bool):
    rates = {"treatment": 0.4, "control": 0.2}
    past = orders(rates).query("付款时间 == '2025-11-01'").assign(付款时间="2026-04-20")
    # Who orders now had spent much before; or the past is the other way round in each arm, and would only add noise.
    number = past["会员编号"].str[1:].astype(int)
    buys = number < np.where(past["会员编号"].str[0] == "t", 240, 40)
    spends = buys if explains else np.where(past["会员编号"].str[0] == "t", buys, number == 199)
    past["实付金额"] = np.where(spends, 300.0, 10.0)
    past["订单号"] = [f"p{place}" for place in range(len(past))]
    pd.concat([orders(rates), past]).to_csv("订单.csv", index=False)
    ended = run("名单.csv", "订单.csv", "--as-of", AS_OF, "--starts-on", str(START), "--days", "30", "--format", "json")
    sales = json.loads(ended.out)["effects"][1]
    assert ("CUPED" in sales["test"]) == (sales["variance_reduction"] is not None)
    assert sales["variance_reduction"] is None or sales["variance_reduction"] > 0
    assert not explains or sales["variance_reduction"] > 0.5


def test_an_order_before_or_after_the_days_that_count_is_none(run: Run):
    log = orders({"treatment": 0.0, "control": 0.0})
    outside = [{"会员编号": "t1", "付款时间": str(day), "实付金额": 70.0, "订单号": f"x{n}"} for n, day in enumerate(
        (START - timedelta(1), START + timedelta(30))
    )]  # fmt: skip
    inside = [{"会员编号": "t2", "付款时间": str(day), "实付金额": 70.0, "订单号": f"y{n}"} for n, day in enumerate(
        (START, START + timedelta(29))
    )]  # fmt: skip
    pd.concat([log, pd.DataFrame(outside + inside)]).to_csv("订单.csv", index=False)
    ended = run("名单.csv", "订单.csv", "--as-of", AS_OF, "--starts-on", str(START), "--days", "30", "--format", "json")
    treated = next(arm for arm in json.loads(ended.out)["arms"] if arm["arm"] == "treatment")
    assert (treated["metrics"]["purchase"]["sum"], treated["metrics"]["net_sales"]["sum"]) == (1, 140)


def test_the_control_that_would_have_got_nothing_is_not_compared(run: Run):
    rows = assigned(reason="best_offer")
    rows.loc[rows["arm"] == "control", "reason"] = ["control_idle"] * 120 + ["control"] * 80
    rows.to_csv("名单.csv", index=False)
    found = json.loads(evaluated(run, {"treatment": 0.4, "control": 0.2}, "--format", "json").out)
    assert {arm["arm"]: arm["n"] for arm in found["arms"]} == {"treatment": 600, "control": 80}


def test_members_who_are_in_none_of_the_files_count_and_are_a_finding(run: Run):
    log = orders({"treatment": 0.4, "control": 0.2})
    log[log["会员编号"] != "t599"].to_csv("订单.csv", index=False)
    ended = run("名单.csv", "订单.csv", "--as-of", AS_OF, "--starts-on", str(START), "--lang", "en")
    assert (ended.code, "1 assigned members are not in these files" in ended.err) == (3, True)


def test_arms_that_are_not_what_was_drawn_get_no_verdict(run: Run):
    meta = {"parameters": {"starts_on": str(START), "horizon_days": 30, "control_share": 0.5, "campaign": "May"}}
    Path("名单.csv.meta.json").write_text(json.dumps(meta), "utf-8")
    orders({"treatment": 0.4, "control": 0.2}).to_csv("订单.csv", index=False)
    ended = run("名单.csv", "订单.csv", "--as-of", AS_OF, "--format", "json")
    assert ended.code == 3
    assert {effect["verdict"] for effect in json.loads(ended.out)["effects"]} == {"withheld"}


def test_the_share_that_was_drawn_may_be_said_and_is_not_made_up(run: Run):
    rates = {"treatment": 0.4, "control": 0.2}
    unknown = json.loads(evaluated(run, rates, "--format", "json").out)
    assert (unknown["srm"]["p"], unknown["effects"][0]["verdict"]) == (None, "effective")
    said = json.loads(evaluated(run, rates, "--control-share", "0.25", "--format", "json").out)
    assert said["srm"]["p"] == pytest.approx(1.0)
    wrong = json.loads(evaluated(run, rates, "--control-share", "0.1", "--format", "json").out)
    assert wrong["effects"][0]["verdict"] == "withheld"


def test_a_result_read_before_its_time_is_said_to_be(run: Run):
    orders({"treatment": 0.4, "control": 0.2}).to_csv("订单.csv", index=False)
    early = run("名单.csv", "订单.csv", "--as-of", "2026-05-10", "--starts-on", str(START), "--lang", "en")
    assert "still to come" in early.err
    before = run("名单.csv", "订单.csv", "--as-of", "2026-04-30", "--starts-on", str(START))
    assert before.code == 65
    unsaid = run("名单.csv", "订单.csv", "--as-of", AS_OF, "--lang", "en")
    assert (unsaid.code, "--starts-on" in unsaid.err) == (2, True)


def test_return_counts_the_discount_once(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.5")
    found = json.loads(evaluated(run, {"treatment": 0.4, "control": 0.2}, "--cost", "4000", "--format", "json").out)
    # 20 more of sales per member × 600 members, paid after a discount of 4,000: (12,000 + 4,000) × 0.5 of margin.
    assert found["roi"]["margin"] == pytest.approx(8_000)
    assert found["roi"]["roi"] == pytest.approx(1.0)
    assert found["roi"]["low"] < 1 < found["roi"]["high"]


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv", "list.jsonl", "list.parquet"])
def test_a_list_that_was_planned_says_itself_when_it_began(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.5")
    orders({"treatment": 0.4, "control": 0.2}).to_csv("订单.csv", index=False)
    members = [f"{arm[0]}{number}" for arm, people in ARMS.items() for number in range(people)]
    pd.DataFrame({"会员编号": members, "企微同意": "是"}).to_csv("会员.csv", index=False)
    Path("plan.toml").write_text(
        '[campaign]\nname = "五月"\nstarts_on = 2026-05-01\nends_on = 2026-05-09\nbudget = 9000\ncontrol_share = 0.3\n'
        '[[offers]]\nname = "c"\nkind = "coupon"\nvalue = 5\n'
        '[[responses]]\noffer = "c"\nredemption_rate = 0.2\npurchase_rate = 0.1\norder_value = 100\n', "utf-8",
    )  # fmt: skip
    planned = runner(capsys, "campaign", "plan")
    ended = planned("plan.toml", "会员.csv", "订单.csv", "--as-of", "2026-04-30", "-o", name, "--lang", "zh")
    assert ended.code in (0, 3), ended.err
    forget()  # that run is over
    found = json.loads(run(name, "会员.csv", "订单.csv", "--as-of", AS_OF, "--format", "json").out)
    assert {arm["arm"] for arm in found["arms"]} == {"treatment", "control"}
    assert sum(arm["n"] for arm in found["arms"]) == 800
    assert found["meta"]["parameters"]["campaign"] == "五月"
    assert found["srm"]["p"] > 0.001


# --- A table of outcomes --------------------------------------------------------------------------------


def outcomes() -> pd.DataFrame:
    people = [("mail", visit, 10.0 * visit) for visit in [1] * 60 + [0] * 140]
    people += [("none", visit, 10.0 * visit) for visit in [1] * 20 + [0] * 180]
    return pd.DataFrame(people, columns=["segment", "visit", "spend"])


@pytest.mark.parametrize("name", ["outcomes.csv", "outcomes.xlsx", "outcomes.parquet"])
def test_a_plain_table_of_outcomes_needs_no_shop(run: Run, name: str):
    frame, path = outcomes(), Path(name)
    write = {".csv": frame.to_csv, ".xlsx": frame.to_excel, ".parquet": frame.to_parquet}[path.suffix]
    write(path, index=False)
    ended = run(name, "--arm", "segment", "--control", "none", "--metrics", "visit,spend", "--format", "json")
    assert ended.code == 0
    found = json.loads(ended.out)
    assert [(arm["arm"], arm["n"], arm["metrics"]["visit"]["sum"]) for arm in found["arms"]] == [
        ("mail", 200, 60), ("none", 200, 20),
    ]  # fmt: skip
    assert [effect["verdict"] for effect in found["effects"]] == ["effective", "effective"]
    assert found["effects"][0]["difference"] == pytest.approx(0.2)
    assert found["srm"]["p"] == 1.0


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--arm", "segment", "--control", "none"), 2, "--metrics"),
        (("--arm", "segment", "--control", "nobody", "--metrics", "visit"), 65, "nobody"),
        (("--arm", "segment", "--control", "none", "--metrics", "visits"), 65, "visits"),
    ],
)
def test_what_is_not_in_the_table_is_told(run: Run, options: tuple[str, ...], code: int, message: str):
    outcomes().to_csv("outcomes.csv", index=False)
    ended = run("outcomes.csv", *options)
    assert (ended.code, message in ended.err) == (code, True)


def test_a_file_that_is_no_list_is_told(run: Run):
    Path("x.csv").write_text("a,b\n1,2\n", "utf-8")
    ended = run("x.csv", "名单.csv", "--as-of", AS_OF)
    assert (ended.code, "x.csv" in ended.err) == (65, True)


def test_lines_that_are_no_json_are_named(run: Run):
    Path("x.jsonl").write_text('{"member_id": "t1", "arm": "treatment"}\n[1]\n', "utf-8")
    ended = run("x.jsonl", "名单.csv", "--as-of", AS_OF, "--lang", "en")
    assert (ended.code, "x.jsonl, line 2" in ended.err) == (65, True)
