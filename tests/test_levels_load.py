# ruff: noqa: E501  (rows are data, long as they come)
"""A log of levels is read for what it says: whose, when, from which to which, and what was no rule's doing."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from siyu_cli import open_shop
from siyu_cli.config.sections import ExcludeSettings
from siyu_cli.config.settings import Settings

AS_OF = "2026-06-30"
HEADER = "手机号,变更时间,变更前等级,变更后等级,变更原因,等级有效期"
MEMBERS = "会员编号,手机号,姓名,等级,成长值,等级到期时间,付费等级\nM1,13800138001,王小明,金卡,600,2026-12-31,\nM2,13800138002,陈静,银卡,20,永久,黑金卡\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "客户.csv").write_text(MEMBERS, "utf-8")
    return tmp_path


def read(folder: Path, settings: Settings | None = None, **logs: str) -> tuple[list[dict[str, Any]], Any]:
    for name, text in logs.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    files = ["客户.csv", *(f"{name}.csv" for name in logs)]
    with open_shop(files, as_of=AS_OF, settings=settings or Settings()) as shop:
        rows = shop.engine.read("level_log", ["member_id", "changed_on", "second_of_day"])
        for sheet in shop.load.report.sheets:
            assert sheet.rows_in == sheet.rows_used + sheet.rows_rejected + sum(sheet.skipped.values())
        return rows.to_pylist(), shop.load.report


def log(*rows: str) -> str:
    return "\n".join([HEADER, *rows, ""])


def test_a_change_has_its_member_its_levels_and_its_last_day(folder: Path):
    rows, report = read(folder, 记录=log(
        "13800138001,2026-01-05 10:00:00,银卡,金卡,自动升级,2027-01-04", "13800138002,2026/2/6,,银卡,付费开通,永久",
    ))  # fmt: skip
    assert [(row["member_id"], str(row["changed_on"]), row["level_from"], row["level_to"]) for row in rows] == [
        ("M1", "2026-01-05", "银卡", "金卡"), ("M2", "2026-02-06", None, "银卡"),
    ]  # fmt: skip
    assert [str(row["valid_until"]) for row in rows] == ["2027-01-04", "None"]
    assert [sheet.table for sheet in report.sheets] == ["members", "level_log"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("自动升级", "rule"), ("系统自动降级", "rule"), ("达标升级", "rule"), ("", "rule"), ("手动调整", "manual"), ("后台修改", "manual"),
        ("批量导入", "manual"), ("付费", "paid"), ("购买年卡", "paid"), ("Manual adjustment", "manual"), ("paid membership", "paid"),
        ("系统自动调整", "rule"),
    ],
)  # fmt: skip
def test_words_tell_what_no_rule_did(folder: Path, words: str, kind: str):
    rows, _ = read(folder, 记录=log(f"13800138001,2026-01-05,银卡,金卡,{words},"))
    assert [row["kind"] for row in rows] == [kind]


def test_rows_that_cannot_be_used_are_told_with_their_reason(folder: Path):
    rows, report = read(folder, 记录=log(
        "13800138001,,银卡,金卡,自动,", "13800138001,2026-01-05,银卡,,自动,", ",2026-01-05,银卡,金卡,自动,",
        "13800138001,2026-07-05,银卡,金卡,自动,", "13800138001,2026-13-45,银卡,金卡,自动,", "13800138001,2026-01-05,银卡,金卡,自动,",
        "13800138001,2026-01-05,银卡,金卡,自动,",
    ))  # fmt: skip
    (sheet,) = (sheet for sheet in report.sheets if sheet.table == "level_log")
    assert len(rows) == sheet.rows_used == 1
    assert sheet.rows_rejected == 3
    assert {key: count for key, count in sheet.skipped.items() if count} == {
        "no_member": 1, "after_as_of": 1, "duplicate": 1,
    }  # fmt: skip


def test_a_change_that_stands_in_two_files_is_one_in_any_order(folder: Path):
    lines = ["13800138001,2026-01-05,银卡,金卡,自动,", "13800138002,2026-01-06,普通,银卡,自动,"]
    seen = []
    for first, second in itertools.permutations([log(*lines), log(lines[0])]):
        rows, _ = read(folder, 甲=first, 乙=second)
        seen.append([(row["member_id"], row["level_to"]) for row in rows])
    assert seen[0] == seen[1] == [("M1", "金卡"), ("M2", "银卡")]


def test_staff_are_left_out_of_it(folder: Path):
    settings = Settings(exclude=ExcludeSettings(phones=("13800138001",)))
    rows, report = read(folder, settings, 记录=log("13800138001,2026-01-05,银卡,金卡,自动,"))
    assert not rows
    assert sum(sheet.skipped.get("excluded", 0) for sheet in report.sheets) == 2


@pytest.mark.parametrize(
    "header",
    [
        "会员编号,变更时间,原等级,现等级", "会员卡号,升级时间,变更前等级,变更后等级", "手机号,等级变更日期,原会员等级,新会员等级,操作类型",
        "member id,changed at,old level,new level,reason", "customer id,date,from tier,to tier,tierExpirationDate",
        "openid,变动时间,变动前等级,变动后等级", "会员编号,时间,旧等级,新等级,备注",
    ],
)  # fmt: skip
def test_logs_of_levels_are_known_by_their_headers(folder: Path, header: str):
    cells = {"13800138001": ("手机号",), "2026-01-05": ("时间", "日期", "date", "changed at", "Date")}
    row = []
    for name in header.split(","):
        row.append(next((cell for cell, parts in cells.items() if any(part in name for part in parts)), "金卡"))
    row[0] = "13800138001" if "手机" in header else "M1"
    rows, report = read(folder, 日志=f"{header}\n{','.join(row)}\n")
    assert [sheet.table for sheet in report.sheets] == ["members", "level_log"]
    assert [(str(row["changed_on"]), row["level_from"], row["level_to"]) for row in rows] == [
        ("2026-01-05", "金卡", "金卡")
    ]


@pytest.mark.parametrize(
    ("header", "row", "table"),
    [
        ("会员编号,手机号,姓名,等级,入会时间,积分", "M1,13800138001,王小明,金卡,2026-01-05,5", "members"),
        ("订单号,会员编号,会员等级,付款时间,实付金额", "A1,M1,金卡,2026-01-05,99", "orders"),
        ("手机号,变动时间,变动积分,变动类型,变动后积分", "13800138001,2026-01-05,5,增加,5", "points_log"),
    ],
)
def test_lists_with_a_level_in_them_stay_what_they_are(folder: Path, header: str, row: str, table: str):
    _, report = read(folder, 表=f"{header}\n{row}\n")
    assert [sheet.table for sheet in report.sheets] == ["members", table]


def test_a_log_that_names_nobody_is_told_what_it_lacks(folder: Path):
    (folder / "记录.csv").write_text("变更时间,变更前等级,变更后等级\n2026-01-05,银卡,金卡\n", "utf-8")
    _, report = read(folder, 记录="变更时间,变更前等级,变更后等级\n2026-01-05,银卡,金卡\n")
    assert any("log of levels" in note.message for note in report.warnings)


def test_members_have_growth_a_paid_level_and_its_last_day(folder: Path):
    with open_shop(["客户.csv"], as_of=AS_OF) as shop:
        rows = shop.engine.read("members", ["member_id"]).to_pylist()
    assert [(row["growth"], str(row["level_valid_until"]), row["paid_level"]) for row in rows] == [
        (600.0, "2026-12-31", None), (20.0, "None", "黑金卡"),
    ]  # fmt: skip
