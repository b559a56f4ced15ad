"""What members did beside buying is read like any other sheet: each row a kind, a member, a day, or a reason."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands import runner
from exports import (
    AS_OF,
    assert_every_row_is_accounted_for,
    listed,
    members,
    only_sheet,
    opened,
    rejects,
    skipped,
    table,
    write_csv,
    write_xlsx,
)
from siyu_cli import Shop, open_shop
from siyu_cli.config.settings import Settings
from siyu_cli.files.cache.store import Cache
from siyu_cli.files.recognition.presets import kind_of_event

MEMBERS = table("""
    会员编号 | 手机号 | 注册时间 | 会员等级
    M1 | 13800138001 | 2026-06-20 | 银卡
    M2 | 13800138002 | 2026-06-20 | 金卡
    """)
EVENTS = table("""
    会员编号 | 手机号 | 事件时间 | 事件 | 直播间 | 门店 | 金额 | 实验分组
    M1 |  | 2026-06-21 20:05:00 | 观看直播 | 618 专场 | 一店 |  | treatment
     | 13800138001 | 2026-06-22 | 签到 |  |  |  |
    M2 |  | 2026/6/25 9:00 | 优惠券核销 |  |  | 20.00 | control
    M2 |  | 2026-06-26 | 短信触达 |  |  |  |
    M2 |  | 2026-06-26 | 参加读书会 |  |  |  |
    M2 |  | 2026-07-01 | 签到 |  |  |  |
    M2 |  | 昨天 | 签到 |  |  |  |
     |  | 2026-06-26 | 签到 |  |  |  |
    """)


def events(shop: Shop, *keys: str) -> list[tuple[Any, ...]]:
    rows = shop.engine.read("events", ("member_id", "happened_on", "kind")).to_pylist()
    return [tuple(row[key] for key in keys) for row in rows]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write_csv(tmp_path / "会员.csv", MEMBERS), write_csv(tmp_path / "互动.csv", EVENTS)]


def test_an_event_is_whose_it_is_whatever_names_them_and_when_and_what_it_was(files: list[Path]):
    with opened(*files) as shop:
        assert events(shop, "member_id", "happened_on", "kind", "title") == [
            ("M1", date(2026, 6, 21), "live", "618 专场"),
            ("M1", date(2026, 6, 22), "checkin", None),
            ("M2", date(2026, 6, 25), "coupon_redeemed", None),
            ("M2", date(2026, 6, 26), "contact", None),
            ("M2", date(2026, 6, 26), "other", "参加读书会"),
        ]
        assert events(shop, "amount", "store", "assigned_arm")[0::2][:2] == [
            (None, "一店", "treatment"),
            (20, None, "control"),
        ]


def test_every_row_of_events_is_used_skipped_by_a_rule_or_rejected_for_a_reason(files: list[Path]):
    with opened(*files) as shop:
        assert skipped(shop) == {"after_as_of": 1, "no_member": 1}
        assert [(row["row"], row["column"], row["reason"], row["effect"]) for row in rejects(shop)] == [
            (8, "事件时间", "bad_date", "row")
        ]
        assert_every_row_is_accounted_for(shop)


def test_what_a_member_did_after_joining_activates_them_and_what_the_shop_did_does_not(tmp_path: Path):
    rows = [
        EVENTS[0],
        *EVENTS[1:3],
        ["M2", "", "2026-06-26", "短信触达", "", "", "", ""],
        ["M2", "", "2026-06-27", "发券", "", "", "", ""],
    ]
    with opened(write_csv(tmp_path / "会员.csv", MEMBERS), write_csv(tmp_path / "互动.csv", rows)) as shop:
        assert {key: row["stage"] for key, row in listed(shop).items()} == {"M1": "activated", "M2": "acquired"}
        assert members(shop)["M1"]["last_event_on"] == date(2026, 6, 22)


def test_events_that_stand_in_two_files_or_in_another_order_count_once(files: list[Path], tmp_path: Path):
    again = write_csv(tmp_path / "再次.csv", [EVENTS[0], *reversed(EVENTS[1:4]), EVENTS[1]])
    with opened(*files) as alone, opened(files[0], again, files[1]) as both:
        once = events(alone, "member_id", "happened_on", "kind")
        assert events(both, "member_id", "happened_on", "kind") == sorted([*once, once[0]])
        assert skipped(both)["duplicate"] == 3
        assert_every_row_is_accounted_for(both)


def test_who_is_excluded_has_no_events_nor_are_any_kept(files: list[Path], tmp_path: Path):
    settings = Settings.model_validate({"exclude": {"ids": ["M2"]}})
    cache = Cache(tmp_path / "cache", 10**9, 30)
    for _ in range(2):
        with open_shop(files, as_of=AS_OF, settings=settings, cache=cache) as shop:
            assert {row[0] for row in events(shop, "member_id")} == {"M1"}


@pytest.mark.parametrize(
    "text",
    [
        "会员ID | 行为 | 行为时间\nM1 | 浏览商品 | 2026-06-01 10:00\nM1 | 加入购物车 | 2026-06-01 10:05",
        "手机号 | 互动类型 | 互动时间 | 社群名称\n13800138001 | 社群发言 | 2026-06-01 | 老客群",
        "user_id | event | timestamp | value\nM1 | add_to_cart | 2026-06-01T10:00:00 | 20\nM1 | page_view | 2026-06-01T10:00:00 |",
        "客户编号 | 事件类型 | 发生时间 | 优惠券名称 | 面额 | 订单号\nM1 | 领券 | 2026-06-01 | 满百减十 | 10 |\nM1 | 核销 | 2026-06-02 | 满百减十 | 10 | A1",
        "会员号 | 动作 | 日期\nM1 | 活动报名 | 2026-06-01\nM1 | 签到 | 2026-06-01",
    ],
    ids=["clicks", "groups", "web", "coupons", "activities"],
)
def test_a_sheet_of_events_is_known_by_its_words(tmp_path: Path, text: str):
    with opened(write_csv(tmp_path / "表.csv", table(text)), write_csv(tmp_path / "会员.csv", MEMBERS)) as shop:
        (sheet,) = (sheet for sheet in shop.load.report.sheets if sheet.file == "表.csv")
        assert (sheet.table, sheet.rows_used) == ("events", len(table(text)) - 1)
        assert "other" not in {row[0] for row in events(shop, "kind")}


@pytest.mark.parametrize(
    ("text", "taken_for"),
    [
        (
            "订单号 | 会员编号 | 时间 | 交易类型 | 金额\nA1 | M1 | 2026-06-01 | 销售 | 10\nA2 | M1 | 2026-06-02 | 退货 | 5",
            "orders",
        ),
        ("会员编号 | 下单时间 | 动作 | 实付金额\nM1 | 2026-06-01 | 购买 | 10", "orders"),
        ("会员编号 | 时间 | 变动类型 | 变动积分\nM1 | 2026-06-01 | 签到 | 5", "points_log"),
        ("会员编号 | 姓名 | 注册时间 | 等级 | 积分\nM1 | 王一 | 2026-06-01 | 金 | 1", "members"),
    ],
    ids=["sales and returns", "purchases", "points", "members"],
)
def test_what_tells_of_no_event_is_none(tmp_path: Path, text: str, taken_for: str | None):
    with opened(write_csv(tmp_path / "表.csv", table(text)), write_csv(tmp_path / "会员.csv", MEMBERS)) as shop:
        assert {sheet.file: sheet.table for sheet in shop.load.report.sheets}["表.csv"] == taken_for


def test_events_of_nobody_that_is_known_are_told(tmp_path: Path):
    rows = [[cell.replace("M", "X").replace("138001380", "139001390") for cell in row] for row in EVENTS]
    with opened(write_csv(tmp_path / "会员.csv", MEMBERS), write_csv(tmp_path / "互动.csv", rows)) as shop:
        assert any("互动.csv" in str(note) and note.is_finding for note in shop.load.report.warnings)


def test_columns_may_be_named_by_hand(tmp_path: Path):
    rows = table("谁 | 何时 | 何事\nM1 | 2026-06-01 | 打卡")
    given = {"events.member_id": "谁", "events.happened_at": "何时", "events.event": "何事"}
    path = write_xlsx(tmp_path / "表.xlsx", rows)
    with opened(path, write_csv(tmp_path / "会员.csv", MEMBERS), header_map=given) as shop:
        assert events(shop, "member_id", "kind") == [("M1", "checkin")]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("每日签到", "checkin"),
        ("领取满减券", "coupon_claimed"),
        ("Coupon Redeemed", "coupon_redeemed"),
        ("系统发放优惠券", "coupon_issued"),
        ("直播间停留", "live"),
        ("预约到店", "signup"),
        ("购买", None),
    ],
)
def test_words_of_events_are_of_the_kinds_they_say(word: str, kind: str | None):
    assert kind_of_event(word) == kind


def test_a_list_of_events_alone_is_no_shop(tmp_path: Path):
    with opened(write_csv(tmp_path / "互动.csv", EVENTS)) as shop:
        assert only_sheet(shop).table == "events"


def test_what_a_column_of_events_is_taken_for_is_shown(empty_folder: Path, capsys: pytest.CaptureFixture[str]):
    Path("互动记录.csv").write_text("会员编号,互动时间,互动类型\nV1,2026-06-01 12:00:00,签到\n", "utf-8")
    ended = runner(capsys)("check", "互动记录.csv", "--as-of", "2026-06-30", "--lang", "zh", "--format", "json")
    assert ended.code in (0, 3, 65), ended.err
    assert "互动时间" in ended.out
