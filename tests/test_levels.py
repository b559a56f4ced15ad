# ruff: noqa: E501  (rows are data, long as they come)
"""``siyu levels``: do exported levels agree with the rule, who may lose one, what would another rule do."""

from __future__ import annotations

import csv
import json
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commands import Run, runner

AS_OF = date(2026, 6, 30)
RULE = """[levels]
grace_days = 30
tiers = [{ name = "普通" }, { name = "银卡", from = 500, keep = 300 }, { name = "金卡", from = 2000, keep = 1500 }]
"""
MEMBERS = """会员编号,手机号,姓名,会员等级,入会时间,导购,付费等级,累计消费次数,累计消费金额
M1,13800138001,王小明,银卡,2024-01-05,李娜,,,
M2,13800138002,陈静,金卡,2024-01-05,周强,,,
M3,13800138003,赵一鸣,银卡,2024-01-05,周强,黑金会员,,
M4,13800138004,钱多多,钻石,2024-01-05,,,,
M5,13800138005,孙悦,银卡,2024-01-05,李娜,,9,5000
M6,13800138006,吴桐,普通,2024-01-05,李娜,否,,
M7,13800138007,郑好,银卡,2024-01-05,周强,,,
M8,13800138008,冯程,银卡,2019-01-05,周强,,,
"""
LOG = """手机号,变更时间,变更前等级,变更后等级,变更原因,等级有效期
13800138001,2025-07-20 10:00:00,普通,银卡,自动升级,2026-07-19
13800138002,2026-01-05 10:00:00,银卡,金卡,人工调整,2026-12-31
"""
ORDERS = """订单号,手机号,付款时间,实付金额,退款金额,退款时间
A1,13800138001,2025-07-20,600,0,
A2,13800138001,2026-03-01,180,0,
B1,13800138002,2025-09-01,700,0,
E1,13800138005,2025-09-01,100,0,
F1,13800138006,2026-05-01,499.99,0,
G1,13800138007,2025-06-20,900,900,2026-01-01
Z1,13800138006,2023-01-01,1,0,
"""


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    given = {"客户.csv": MEMBERS, "记录.csv": LOG, "订单.csv": ORDERS, "siyu.toml": RULE}
    for name, text in given.items():
        (empty_folder / name).write_text(text, "utf-8")
    return runner(capsys)


def asked(run: Run, *more: str) -> dict[str, Any]:
    ended = run("levels", "客户.csv", "记录.csv", "订单.csv", "--as-of", str(AS_OF), "--format", "json", *more)
    assert ended.code in (0, 3), ended.err
    return json.loads(ended.out)


def test_exported_levels_are_held_against_the_rule_first_with_a_reason_for_each_that_parts(run: Run):
    found = asked(run, "--show-personal")
    held = found["reconciliation"]
    reasons = {row["reason"]: row["members"] for row in held["reasons"]}
    assert reasons == {"paid": 1, "manual": 1, "unknown_level": 1, "totals_only": 1, "other": 1}
    assert (held["agree"], held["of"], held["ruled"]) == (3, 8, 6)
    breaks = {row["member_id"]: (row["told_level"], row["computed_level"], row["reason"]) for row in found["breaks"]}
    assert breaks["M2"] == ("金卡", "银卡", "manual")
    assert breaks["M3"] == ("银卡", "普通", "paid")
    assert breaks["M8"] == ("银卡", "普通", "other")
    assert (found["members"], found["kept_out"]) == (6, 2)


def test_a_history_that_begins_too_late_is_a_reason_and_a_warning(run: Run):
    Path("订单.csv").write_text(ORDERS.replace("Z1,13800138006,2023-01-01,1,0,\n", ""), "utf-8")
    found = asked(run)
    assert "history_too_short" in {row["reason"] for row in found["reconciliation"]["reasons"]}
    assert (found["window"]["history_starts_on"], found["window"]["is_settled"]) == ("2025-06-20", False)
    assert any("Orders begin on 2025-06-20" in note for note in found["meta"]["warnings"])


def test_below_nine_in_ten_nothing_is_said_of_a_proposed_rule(run: Run):
    Path("新.toml").write_text(RULE.replace("500", "400"), "utf-8")
    ended = run("levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF), "--rules", "新.toml", "--format", "json")
    found = json.loads(ended.out)
    assert ended.code == 3
    assert not found["reconciliation"]["is_trusted"]
    assert (found["moves"], found["cost"], found["tiers_proposed"]) == ([], None, None)
    assert found["due"]


def test_whose_review_is_near_is_told_with_what_is_secured_and_what_is_lacking(run: Run):
    found = asked(run, "--show-personal")
    due = {row["member_id"]: row for row in found["due"]}
    assert list(due) == ["M7", "M1"]  # who is secured comes last
    assert (due["M1"]["valid_until"], due["M1"]["last_chance_on"], due["M1"]["state"]) == (
        "2026-07-19",
        "2026-08-18",
        "due",
    )
    assert (due["M1"]["need"], due["M1"]["secured"], due["M1"]["lack"]) == (300, 780, 0)
    assert (due["M7"]["state"], due["M7"]["lack"], due["M7"]["days_left"]) == ("grace", 300, 19)


def test_what_leaves_the_window_by_the_review_secures_nothing(run: Run):
    Path("siyu.toml").write_text(
        RULE.replace("grace_days = 30", "grace_days = 30\ndays = 300\nkeep_days = 364"), "utf-8"
    )
    found = asked(run, "--show-personal")
    first = next(row for row in found["due"] if row["member_id"] == "M1")
    assert (first["need"], first["secured"], first["lack"], first["lack_orders"]) == (
        300,
        180,
        120,
        pytest.approx(120 / 390, abs=1e-6),
    )
    assert found["due_counts"]["within_one_order"] == 2
    assert [note for note in found["meta"]["warnings"] if "keep_days = 299" in note]
    rows = list(
        csv.DictReader(
            run(
                "levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF), "--lack-max", "200", "--show-personal"
            ).out.splitlines()
        )
    )
    assert [row["member_id"] for row in rows] == ["M1"]


def test_each_employee_gets_the_list_of_theirs_with_names_to_call(run: Run):
    ended = run(
        "levels",
        "客户.csv",
        "订单.csv",
        "--as-of",
        str(AS_OF),
        "--split-by",
        "owner",
        "--lang",
        "zh",
        "--show-personal",
        "-o",
        "保级.xlsx",
    )
    assert ended.code in (0, 3), ended.err
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook("保级_周强.xlsx")
    header, *rows = book["即将到期的会员等级"].iter_rows(values_only=True)
    book.close()
    assert header[:4] == ("会员编号", "手机号", "姓名", "等级")
    assert [row[:4] for row in rows] == [("M7", "13800138007", "郑好", "银卡")]


def test_nobodys_phone_or_name_is_shown_unless_asked_for(run: Run):
    for form in ("table", "json"):
        shown = run("levels", "客户.csv", "记录.csv", "订单.csv", "--as-of", str(AS_OF), "--format", form).out
        assert "13800138" not in shown
        assert "王小明" not in shown


def test_without_a_rule_it_says_where_one_is_written(run: Run):
    Path("siyu.toml").write_text("", "utf-8")
    ended = run("levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF))
    assert ended.code == 78
    assert "--rules" in ended.err
    Path("规则.toml").write_text(RULE, "utf-8")
    found = asked(run, "--rules", "规则.toml")
    assert found["rules"]["proposed"] is None
    assert [tier["level"] for tier in found["tiers"]] == ["普通", "银卡", "金卡"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('tiers = [{ name = "a" }, { name = "b" }]', "tiers"), ('tiers = [{ name = "a" }, { name = "a", from = 5 }]', "tiers"),
        ('tiers = [{ name = "a", from = 5 }, { name = "b", from = 9 }]', "tiers"), ('tiers = [{ name = "a" }]', "tiers"),
        ('tiers = [{ name = "a" }, { name = "b", from = 5, keep = 6 }]', "tiers"), ("window = \"month\"", "window"),
        ("days = 0", "days"), ("keep_days = -1", "keep_days"), ("down = \"two\"", "down"), ('tiers = [{ name = "a" }, { name = "b", from = "x" }]', "tiers"),
    ],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused_with_its_place(run: Run, text: str, place: str):
    Path("siyu.toml").write_text(f"[levels]\n{text}\n", "utf-8")
    ended = run("levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF))
    assert ended.code == 78
    assert f"siyu.toml:2: levels.{place}" in ended.err
    Path("siyu.toml").write_text(RULE, "utf-8")
    Path("新.toml").write_text(f"[levels]\n{text}\n", "utf-8")
    ended = run("levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF), "--rules", "新.toml")
    assert ended.code == 78
    assert f"新.toml:2: {place}" in ended.err


def test_a_key_there_is_not_is_named_with_the_one_that_was_meant(run: Run):
    Path("新.toml").write_text('tiers = [{ name = "a" }, { name = "b", form = 5 }]\n', "utf-8")
    ended = run("levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF), "--rules", "新.toml")
    assert ended.code == 78
    assert "tiers.2.form" in ended.err
    assert "Did you mean from?" in ended.err


@pytest.mark.parametrize("option", [("--due", "0d"), ("--due", "soon"), ("--lack-max", "-5"), ("--lack-max", "many"), ("--rules", "none.toml"), ("--rules", "客户.csv")])  # fmt: skip
def test_options_that_say_nothing_are_refused(run: Run, option: tuple[str, str]):
    ended = run("levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF), *option)
    assert ended.code in (2, 65, 66, 78)
    assert "bug of ours" not in ended.err


def test_a_workbook_with_a_row_for_each_level_is_a_rule(run: Run):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("等级", "升级门槛", "保级门槛", "折扣", "积分倍数"), ("普通", 0, None, None, 1), ("银卡", "¥500", 300, "9.5折", "1.2倍"),
        ("金卡", "2,000", 1500, 0.1, 2), (None,), ("宽限天数", 30), ("周期", "滚动"),
    ):  # fmt: skip
        sheet.append(row)
    book.save("新.xlsx")
    Path("siyu.toml").write_text("", "utf-8")
    found = asked(run, "--rules", "新.xlsx")
    rule = found["rules"]["now"]
    assert (rule["grace_days"], rule["window"]) == (30, "rolling")
    assert [(tier["name"], tier["from"], tier["keep"]) for tier in rule["tiers"]] == [
        ("普通", 0, 0),
        ("银卡", 500, 300),
        ("金卡", 2000, 1500),
    ]
    assert [tier.get("discount") for tier in rule["tiers"]] == [None, 0.05, 0.1]
    assert rule["tiers"][1]["multiplier"] == 1.2
    sheet["B3"] = "很多"
    book.save("新.xlsx")
    ended = run("levels", "客户.csv", "订单.csv", "--as-of", str(AS_OF), "--rules", "新.xlsx")
    assert ended.code == 78
    assert "Sheet › B3" in ended.err


def test_files_in_which_nothing_counts_say_what_to_give(run: Run):
    ended = run("levels", "客户.csv", "--as-of", str(AS_OF))
    assert ended.code == 65
    assert "orders' export" in ended.err
