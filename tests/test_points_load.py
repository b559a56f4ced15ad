# ruff: noqa: E501  (rows are data, long as they come)
"""A log of points is read for what it says: whose, when, which way, and what of it is no movement."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from siyu_cli import open_shop
from siyu_cli.config.sections import ExcludeSettings
from siyu_cli.config.settings import Settings
from siyu_cli.files.recognise import recognise

AS_OF = "2026-06-30"
HEADER = "手机号,变动时间,变动积分,变动类型,变动原因,变动后积分,失效时间,关联订单号,积分流水号"
MEMBERS = "会员编号,手机号,姓名,等级,积分\nM1,13800138001,王小明,金卡,70\nM2,13800138002,陈静,银卡,0\n"
KEYS = ("member_id", "changed_on", "second_of_day", "kind", "change", "log_id", "order_id")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "客户.csv").write_text(MEMBERS, "utf-8")
    return tmp_path


def read(folder: Path, **logs: str) -> tuple[list[dict[str, Any]], Any]:
    """Return the movements of some logs, named by their files, beside the members; and what became of their rows."""
    for name, text in logs.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    with open_shop(["客户.csv", *(f"{name}.csv" for name in logs)], as_of=AS_OF) as shop:
        rows = shop.engine.read("points_log", ["member_id", "changed_on", "second_of_day", "log_id", "change"])
        for sheet in shop.load.report.sheets:
            assert sheet.rows_in == sheet.rows_used + sheet.rows_rejected + sum(sheet.skipped.values())
        return rows.to_pylist(), shop.load.report


def log(*rows: str) -> str:
    return "\n".join([HEADER, *rows, ""])


def changes(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["kind"], int(row["change"])) for row in rows]


def test_the_sign_is_the_numbers_or_else_the_directions(folder: Path):
    rows, _ = read(folder, 明细=log(
        "13800138001,2026-01-05 10:00:00,100,增加,消费,100,2026-12-31,A1,1",
        "13800138001,2026-02-05 10:00:00,30,减少,积分兑换,70,,,2",
        "13800138002,2026-02-06,+20.5,INCREASE,签到,20.5,,,3",
        "13800138002,2026-02-07,-20.5,支出,抵扣,0,,,4",
    ))  # fmt: skip
    assert [(row["member_id"], row["kind"], row["change"]) for row in rows] == [
        ("M1", "earn", Decimal(100)), ("M1", "burn", Decimal(-30)),
        ("M2", "earn", Decimal("20.5")), ("M2", "burn", Decimal("-20.5")),
    ]  # fmt: skip
    assert (rows[0]["changed_on"], rows[0]["second_of_day"]) == (date(2026, 1, 5), 36_000)
    assert (rows[0]["expires_on"], rows[0]["order_id"], rows[0]["balance_after"]) == (date(2026, 12, 31), "A1", 100)


@pytest.mark.parametrize(
    ("number", "direction"), [("-20", "增加"), ("-20", "收入"), ("-20", "INCREASE"), ("20", "减少"), ("20", "DECREASE")]
)
def test_a_sign_that_contradicts_its_direction_is_rejected_and_told(folder: Path, number: str, direction: str):
    signed = "13800138001,2026-01-0{},-5,{},兑换,,,,{}"
    rows, load = read(folder, 明细=log(
        f"13800138001,2026-01-05,{number},{direction},消费,,,,1", *(signed.format(n, "减少", n) for n in (7, 8)),
    ))  # fmt: skip
    assert changes(rows) == [("burn", -5), ("burn", -5)]
    assert load.rejects == (("sign_conflict", "row", 1),)


def test_a_lone_minus_makes_no_signed_column_of_one_that_has_directions(folder: Path):
    plain = [f"13800138001,2026-01-{day:02},10,{way},,,,,{day}" for day, way in ((1, "增加"), (2, "减少"), (3, "减少"))]
    rows, load = read(folder, 明细=log(*plain, "13800138001,2026-01-04,-10,增加,,,,,4"))
    assert changes(rows) == [("earn", 10), ("burn", -10), ("burn", -10)]
    assert load.rejects == (("sign_conflict", "row", 1),)


@pytest.mark.parametrize(
    ("scene", "number", "kind"),
    [
        ("消费赠送", 10, "earn"), ("签到", 10, "earn"), ("SUCCESSFUL_ORDERS", 10, "earn"), ("CASHBACK", 10, "earn"),
        ("积分兑换", -10, "burn"), ("REDEEM_GIFT", -10, "burn"), ("订单抵扣", -10, "burn"),
        ("退货扣回", -10, "clawback"), ("订单退款", -10, "clawback"), ("Refund", -10, "clawback"),
        ("退货返还", 10, "return"), ("ORDER_RETURN", 10, "return"), ("兑换取消", 10, "return"),
        ("REFUND_POINT_BY_EXCHANGE", 10, "return"),
        ("手动调整", -10, "adjust"), ("MANUALLY_ADD", 10, "adjust"), ("CUSTOMER_IMPORT_ADD", 10, "adjust"), ("期初导入", 10, "adjust"),
        ("积分过期", -10, "expire"), ("POINTS_EXPIRED", -10, "expire"), ("年底清零", -10, "expire"), ("过期补回", 10, "adjust"),
    ],
)  # fmt: skip
def test_what_a_movement_is_its_reason_says(folder: Path, scene: str, number: int, kind: str):
    # Another row shows that this export writes its signs.
    rows, _ = read(
        folder, 明细=log(f"13800138001,2026-01-05,{number},,{scene},,,,1", "13800138002,2026-01-05,-1,,x,,,,2")
    )
    assert changes(rows)[0] == (kind, number)


def test_frozen_points_are_no_movement_and_are_counted_by_their_way(folder: Path):
    rows, _ = read(folder, 明细=log(
        "13800138001,2026-01-05,100,增加,消费,,,,1", "13800138001,2026-01-06,40,冻结,下单,,,,2",
        "13800138001,2026-01-07,40,解冻,取消,,,,3", "13800138001,2026-01-08,10,减少,兑换,,,,4",
    ))  # fmt: skip
    assert changes(rows) == [("earn", 100), ("freeze", -40), ("freeze", 40), ("burn", -10)]


def test_codes_are_directions_only_where_no_other_digits_stand_there(folder: Path):
    row = "13800138001,2026-01-0{0},10,{1},,,,,{0}"
    rows, _ = read(folder, 明细=log(row.format(1, 0), row.format(2, 1)))
    assert changes(rows) == [("earn", 10), ("burn", -10)]
    rows, load = read(folder, 明细=log(row.format(1, 1), row.format(2, 2)))
    assert (rows, load.rejects) == ([], (("unknown_status", "row", 2),))


def test_a_type_that_is_a_reason_is_read_as_one(folder: Path):
    text = "会员编号,积分变动,变动类型,变动时间\nM1,100,消费获得,2026-01-01\nM1,30,积分兑换,2026-01-02\nM1,20,积分过期,2026-01-03\n"
    rows, _ = read(folder, 明细=text)
    assert changes(rows) == [("earn", 100), ("burn", -30), ("expire", -20)]


def test_a_log_in_which_nothing_was_ever_spent_is_doubted(folder: Path):
    text = log(*(f"13800138001,2026-01-{day:02},10,,x,,,,{day}" for day in range(1, 13)))
    _, load = read(folder, 明细=text)
    assert any("add points" in note.message and note.is_finding for note in load.warnings)


def test_the_same_number_twice_is_one_movement_in_one_file_or_in_several(folder: Path):
    rows = [f"13800138001,2026-01-{day:02} 09:00:00,10,增加,消费,,,,{day}" for day in range(1, 6)]
    once, _ = read(folder, 一=log(*rows))
    (folder / "一.csv").unlink()
    parts = {"一": log(*rows[:3], rows[0]), "二": log(*rows[2:])}
    twice, load = read(folder, **parts)
    assert [row["log_id"] for row in twice] == [row["log_id"] for row in once] == list("12345")
    assert sum(sheet.skipped.get("duplicate", 0) for sheet in load.sheets) == 2


def test_without_numbers_overlapping_exports_count_once_and_equal_rows_of_one_file_twice(folder: Path):
    row = "13800138001,2026-01-01 09:00:00,10,增加,消费,,,,"
    rows, _ = read(folder, 一=log(row, row), 二=log(row))
    assert changes(rows) == [("earn", 10), ("earn", 10)]


def test_rows_that_cannot_be_used_are_accounted_for(folder: Path):
    rows, load = read(folder, 明细=log(
        "13800138001,,10,增加,,,,,1", "13800138001,2026-01-01,很多,增加,,,,,2", "13800138001,2026-01-01,,增加,,,,,3",
        ",2026-01-01,10,增加,,,,,4", "138****8001,2026-01-01,10,增加,,,,,5", "13800138001,2026-07-01,10,增加,,,,,6",
        "13800138001,2026-01-02,10,增加,,,,,7", "合计,,20,,,,,,",
    ))  # fmt: skip
    assert [row["log_id"] for row in rows] == ["7"]
    found = {reason: count for reason, effect, count in load.rejects if effect == "row"}
    assert found == {"missing_date": 1, "bad_number": 1, "missing_amount": 1, "masked_phone": 1}
    (sheet,) = (sheet for sheet in load.sheets if sheet.table == "points_log")
    assert sheet.skipped == {"after_as_of": 1, "no_member": 1, "total_row": 1}


@pytest.mark.parametrize("told", ["9999-12-31", "2999-12-31", "永久", "长期有效"])
def test_points_that_last_for_ever_have_no_last_day_anybody_will_see(folder: Path, told: str):
    dated = [f"13800138001,2026-01-0{day},10,增加,消费,,2026-12-31,,{day}" for day in (6, 7)]
    rows, _ = read(folder, 明细=log(f"13800138001,2026-01-05,10,增加,消费,,{told},,1", *dated))
    assert rows[0]["expires_on"].year > 2199


def test_whoever_is_excluded_or_a_guest_moves_no_points(folder: Path):
    chosen = Settings(exclude=ExcludeSettings(phones=("13800138001",)))
    (folder / "明细.csv").write_text(
        log("13800138001,2026-01-05,10,增加,,,,,1", "13800138002,2026-01-05,10,增加,,,,,2"), "utf-8"
    )
    with open_shop(["客户.csv", "明细.csv"], as_of=AS_OF, settings=chosen) as shop:
        assert shop.engine.read("points_log", ())["member_id"].to_pylist() == ["M2"]


def test_no_order_of_rows_or_files_changes_a_movement(folder: Path):
    rows = [
        "13800138001,2026-01-05,100,增加,消费,100,,A1,1", "13800138002,2026-01-05,50,增加,消费,50,,,2",
        "13800138001,2026-02-05,30,减少,积分兑换,70,,,3", "13800138001,2026-02-05,30,减少,积分兑换,70,,,3",
    ]  # fmt: skip
    seen = []
    for order in itertools.islice(itertools.permutations(rows), 0, 24, 5):
        found, _ = read(folder, 一=log(*order[:2]), 二=log(*order[2:]))
        seen.append([tuple(row[key] for key in KEYS) for row in found])
    assert all(each == seen[0] for each in seen)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("手机号,变动时间,变动积分,变动类型,变动原因,变动后积分", "13800138001,2026-01-01,5,增加,消费,5"),
        ("会员卡号,姓名,积分变动,变动原因,变动时间", "C001,张三,+100,消费,2026-01-01 10:00"),
        ("historyRecordId,userId,updatedValue,updateType,updateScene,updatedAt,expiredAt", "1,u1,5,INCREASE,CASHBACK,2026-01-01,2027-01-01"),
        ("member id,points change,reason,changed at,balance after", "m1,-5,redeem,2026-01-01,0"),
        ("用户ID,score,source,remark,create time,current_point", "u1,5,order,x,2026-01-01,5"),
        ("会员编号,时间,收入/支出,积分,业务类型,剩余积分", "M1,2026-01-01,收入,10,消费,10"),
        ("流水号,会员手机号,变更积分,变更后积分,收支类型,来源,创建时间,失效时间", "1,13800138001,5,5,收入,x,2026-01-01,2027-01-01"),
    ],
)  # fmt: skip
def test_logs_of_points_are_known_by_their_headers(header: str, row: str):
    match = recognise([header.split(","), row.split(",")], file="x.csv", sheet=None, header_map={})
    assert match.table == "points_log"
    assert {"changed_at", "change"} <= {column.key for column in match.columns}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("手机号,姓名,等级,积分,注册时间", "13800138001,张三,金卡,5,2026-01-01"),
        ("手机号,积分数,来源,创建时间", "13800138001,5,门店,2026-01-01"),
        ("订单号,手机号,付款时间,实付金额,积分,来源", "A1,13800138001,2026-01-01,100,5,门店"),
        ("会员卡号,变动金额,变动类型,变动时间,变动后余额", "C001,100,充值,2026-01-01,100"),
    ],
)
def test_what_looks_alike_is_no_log_of_points(header: str, row: str):
    assert recognise([header.split(","), row.split(",")], file="x.csv", sheet=None, header_map={}).table != "points_log"


def test_a_log_that_names_nobody_is_told_with_what_to_map(folder: Path):
    _, load = read(folder, 明细="号牌,变动积分,变动原因,变动时间\nx,5,消费,2026-01-01\n")
    assert any(note.is_finding and "log of points" in note.message for note in load.warnings)
