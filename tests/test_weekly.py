"""``siyu report``: noise told from change, figures of the other commands, to-dos for people who may be contacted."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from commands import Run, runner
from real_shops import EXPECTED
from siyu_cli import open_shop
from siyu_cli.config.settings import load_settings
from siyu_cli.core.churn.question import Churn
from siyu_cli.core.levels.question import Levels
from siyu_cli.core.monitor.question import Monitor
from siyu_cli.core.movement.question import Movement
from siyu_cli.core.points.question import Points
from siyu_cli.core.referral.question import ReferralReport
from siyu_cli.core.referral.rules import Finding
from siyu_cli.core.retention.question import Retention
from siyu_cli.core.risk.question import Risk
from siyu_cli.core.weekly.question import WeeklyAnswer, WeeklyReport
from siyu_cli.core.weekly.usual import expected_change, judge
from siyu_cli.core.weekly.weeks import WEEK, last_week, week_before
from siyu_cli.errors import Note
from siyu_cli.ledger import run as remembering
from siyu_cli.render.reader import Reader
from siyu_cli.report import Report

EXAMPLES = Path(__file__).parents[1] / "examples"
WEEK_ON_WEEK = EXPECTED.parent / "membership" / "report" / "week_on_week.json"
MONDAY = date(2026, 6, 22)


# --- Up, down or usual ----------------------------------------------------------------------------------


def weekly_orders(mean: float, spread: float, weeks: int, shops: int = 3_000) -> np.ndarray:
    """Return orders by shop and week of shops in which nothing ever changes."""
    draw = np.random.default_rng(26)
    return draw.poisson(mean * np.exp(draw.normal(0, spread, (shops, weeks))))


def by_week(values: Any, last: date = MONDAY) -> dict[date, float]:
    return {last - back * WEEK: float(value) for back, value in enumerate(reversed(list(values)))}


@pytest.mark.parametrize(("mean", "spread"), [(420, 0), (420, 0.05), (420, 0.1), (70, 0.1), (2_100, 0.1)])
def test_where_nothing_changes_few_weeks_are_called_up_or_down(mean: float, spread: float):
    shops = weekly_orders(mean, spread, 27, shops=600)
    states = Counter(judge(by_week(shop), MONDAY).state for shop in shops)
    assert 1 - states["usual"] / len(shops) <= 0.08


def test_a_test_of_one_week_against_the_last_is_wrong_far_oftener():
    expected = json.loads(WEEK_ON_WEEK.read_text("utf-8")) if WEEK_ON_WEEK.exists() else {}
    for mean, spread, known in [(420, 0.0, 0.047), (420, 0.05, 0.16), (420, 0.1, 0.381), (2_100, 0.1, 0.671)]:
        then, now = weekly_orders(mean, spread, 2).T
        share = np.mean(stats.binom.sf(np.maximum(then, now) - 1, then + now, 0.5) * 2 < 0.05)
        told = expected.get(f"{mean} a week, sd {spread:.0%}", {}).get("binomial test, week against week", known)
        assert told == known
        assert share == pytest.approx(known, abs=0.03)


def test_the_usual_is_the_interval_in_which_one_more_change_lies():
    past = [0.1, -0.05, 0.02, 0.3, -0.2, 0.0, 0.04, -0.11, 0.07, 0.01, -0.03, 0.05]
    middle, reach = expected_change(past)
    spread = np.std(past, ddof=1) * math.sqrt(1 + 1 / len(past))
    low, high = stats.t.interval(0.95, len(past) - 1, loc=np.mean(past), scale=spread)
    assert (middle - reach, middle + reach) == pytest.approx((low, high), abs=1e-12)


def test_a_week_is_told_apart_from_the_usual_ones_and_a_short_history_tells_nothing():
    steady = [100, 104, 99, 101, 97, 103, 100, 102, 98, 100, 101, 99, 100]
    assert judge(by_week([*steady, 130]), MONDAY).state == "up"
    assert judge(by_week([*steady, 0]), MONDAY).state == "down"
    assert judge(by_week([*steady, 101]), MONDAY).state == "usual"
    assert judge(by_week([*steady[1:], 130]), MONDAY).state == "short"
    assert judge(by_week([*steady, 0, 101]), MONDAY).state == "short"  # there is no change from nothing


def test_around_the_spring_festival_a_week_is_held_against_the_same_lunar_one():
    assert week_before(date(2026, 2, 16)) == date(2025, 1, 27)
    assert week_before(date(2026, 3, 16)) == date(2026, 3, 9)
    year = {date(2026, 2, 16) - back * WEEK: 100.0 + back % 3 for back in range(100)}
    year[date(2025, 1, 27)] = year[date(2026, 2, 16)] = 20.0  # closed in both years
    assert judge(year, date(2026, 2, 16)).state == "usual"
    assert judge(year | {date(2026, 2, 9): 100.0}, date(2026, 2, 16)).compared == 20


@pytest.mark.parametrize("day", range(7))
def test_the_week_is_the_last_one_from_monday_to_sunday_that_is_over(day: int):
    assert last_week(date(2026, 6, 28) + timedelta(days=day)) == MONDAY
    assert last_week(date(2026, 6, 27)) == MONDAY - WEEK


# --- Figures of the other commands ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    files = sorted(EXAMPLES.glob("*.xlsx"))
    with open_shop(files, as_of="2026-06-30", settings=load_settings(EXAMPLES / "siyu.toml", EXAMPLES, {})) as opened:
        yield opened


@pytest.fixture(scope="module")
def week(shop: Any) -> WeeklyAnswer:
    answer = shop.ask(WeeklyReport())
    assert isinstance(answer, WeeklyAnswer)
    return answer


@pytest.fixture(scope="module")
def told(week: WeeklyAnswer) -> Report:
    return week.report()


def test_the_five_figures_are_those_of_retention_by_the_week(shop: Any, told: Report):
    growth = {row.period: row for row in shop.ask(Retention(period="week")).found.whole.growth}[MONDAY]
    found = {row["metric"]: row["value"] for row in told.values["figures"]}
    assert found == {
        "net_sales": growth.net_sales["total"], "orders": growth.orders, "buyers": growth.active,
        "new_buyers": growth.new, "repeat_buyers": growth.active - growth.new,
    }  # fmt: skip
    orders = shop.engine.read("order_lines", ())
    lines = [row for row in orders.to_pylist() if MONDAY <= row["ordered_on"] < MONDAY + WEEK and row["member_id"]]
    assert len({row["order_id"] for row in lines if row["status"] != "cancelled" and row["paid_amount"] > 0}) == (
        growth.orders
    )


@pytest.mark.parametrize(
    ("part", "question", "keys"),
    [
        ("stages", Movement(from_on=MONDAY - timedelta(days=1)), ("margins", "impossible")),
        ("levels", Levels(), ("reconciliation", "due_counts")),
        ("points", Points(), ("reconciliation",)),
        ("referral", ReferralReport(since=MONDAY), ("totals", "since")),
        ("alarms", Monitor(since=MONDAY), ("alarms", "past_alarms", "expected_false_alarms")),
        ("risks", Risk(), ("risks",)),
    ],
)
def test_every_part_tells_what_its_own_command_tells(
    shop: Any, told: Report, part: str, question: Any, keys: tuple[str, ...]
):
    own = shop.ask(question).report().values
    assert {key: told.values["sections"][part][key] for key in keys} == {key: own[key] for key in keys}


def test_value_at_risk_is_that_of_churns_list(shop: Any, told: Report):
    listed = shop.ask(Churn()).at_risk()
    at_risk = told.values["sections"]["at_risk"]
    assert (at_risk["members"], at_risk["value_at_risk"]) == (
        listed.num_rows, sum(listed["value_at_risk"].to_pylist(), Decimal(0)),
    )  # fmt: skip
    assert at_risk["newly_silent"]["members"] <= at_risk["members"]


def test_what_is_missing_says_which_file_it_needs():
    with open_shop([EXAMPLES / "会员.xlsx", EXAMPLES / "订单.xlsx"], as_of="2026-06-30") as shop:
        report = shop.ask(WeeklyReport()).report()
    needs = {part: str(told.get("needs", "")) for part, told in report.values["sections"].items()}
    assert "points" in needs["points"]
    assert "[levels]" in needs["levels"]
    assert "complaint" in needs["complaints"]
    assert "siyu init" in needs["campaigns"]


def test_a_risk_that_is_overdue_is_among_the_first_lines(week: WeeklyAnswer):
    asked = week.answers["risks"]
    first, *others = asked.risks
    late = replace(first, entry=replace(first.entry, status="identified", due_on=date(2026, 6, 29)))
    told = replace(week, answers={**week.answers, "risks": replace(asked, risks=(late, *others))}).report()
    assert any("1 of them overdue" in Reader("en").say(line) for line in told.opening)
    assert not any("overdue" in Reader("en").say(line) for line in week.report().opening)


def test_what_the_law_forbids_of_rewards_is_said_first(week: WeeklyAnswer):
    forbidden = Finding("PYRAMID", "refusal", Note("Rewards reach three levels."))
    asked = replace(week.answers["referral"], findings=[forbidden])
    parts = replace(week, answers={**week.answers, "referral": asked}).parts_told
    assert Reader("en").say(parts["referral"].said).startswith("Rewards reach three levels.")
    assert parts["referral"].values["compliance"][0]["code"] == "PYRAMID"


# --- To-dos ---------------------------------------------------------------------------------------------


def test_to_dos_are_at_most_twenty_per_employee_and_one_per_member(week: WeeklyAnswer):
    rows = week.todos.rows
    assert max(Counter(todo.owner for todo in rows).values()) == 20
    assert len({todo.member_id for todo in rows}) == len(rows)
    assert {todo.task for todo in rows} >= {"retain", "welcome"}
    assert [todo.owner for todo in rows] == sorted((todo.owner for todo in rows), key=lambda one: (one is None, one))
    assert all(todo.why for todo in rows)


def test_an_employees_report_holds_their_to_dos_alone(week: WeeklyAnswer):
    parts = week.parts("owner")
    assert sum(len(part.todos.rows) for part in parts.values()) == len(week.todos.rows)
    for owner, part in parts.items():
        assert {todo.owner for todo in part.todos.rows} == {owner}
        told = part.report()
        assert not told.figures
        assert sum(row["todos"] for row in told.sections[0].rows) == len(part.todos.rows)


FILES = ("会员.xlsx", "订单.xlsx", "--as-of", "2026-06-30", "--lang", "en")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    for name in ("会员.xlsx", "订单.xlsx"):
        shutil.copy(EXAMPLES / name, empty_folder)
    Path("siyu.toml").write_text('[contacts]\nassessment = "PIA-1"\nowner_quota = 3\n', "utf-8")
    return runner(capsys)


def document(run: Run, *more: str) -> dict[str, Any]:
    ended = run("report", *FILES, "--show-personal", "--format", "json", *more)
    assert ended.code in (0, 3), ended.err
    return json.loads(ended.out)


def test_nobody_has_a_to_do_who_may_not_be_contacted_nor_anybody_beyond_the_quota(
    run: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remembering, "today", lambda _zone: date(2026, 6, 30))
    rows = document(run)["todos"]
    per_owner = Counter(row["owner"] for row in rows if row["owner"])
    assert max(per_owner.values()) == 3
    Path("名单.csv").write_text("\n".join(["member_id,owner", *(f"{r['member_id']},{r['owner'] or ''}" for r in rows)]))
    ended = run("export", "名单.csv", *FILES, "--to", "staff", "-o", "出", "--campaign", "周", "--format", "json")
    assert ended.code in (0, 3), ended.err
    sent = json.loads(ended.out)["sent"]
    assert sent == len(rows)
    # Whoever was contacted today is no to-do again, and the quota of the day is used up.
    again = document(run)
    assert not {row["member_id"] for row in again["todos"]} & {row["member_id"] for row in rows}


def test_the_page_needs_nothing_else_and_the_chat_gets_it_whole(run: Run):
    ended = run("report", *FILES, "-o", "周报.html", "--quiet")
    page = Path("周报.html").read_text("utf-8")
    assert ended.code in (0, 3), ended.err
    assert len(page.encode()) < 500_000
    assert not re.search(r"""(?:src|href)=|https?://|url\(""", page)
    assert page.count("<polyline") >= 5
    assert "<text" in page
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", page)


def test_files_that_end_before_the_week_are_a_finding(run: Run):
    ended = run("report", "会员.xlsx", "订单.xlsx", "--as-of", "2026-09-30", "--lang", "en")
    assert ended.code == 3
    assert "of the week from 2026-09-21 they tell nothing" in ended.err


def test_files_that_end_within_the_week_are_told(run: Run):
    lines = ["订单号,会员编号,付款时间,实付金额", "A1,V1,2026-06-16,90", "A2,V1,2026-06-24,90"]
    Path("订单.csv").write_text("\n".join([*lines, ""]), "utf-8")
    ended = run("report", "订单.csv", "--as-of", "2026-06-30", "--lang", "en", "--format", "json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)["meta"]["warnings"]
    assert "The newest order is of 2026-06-24: the files may not hold the whole week to 2026-06-28." in told
