"""Numbers and dates no shop has are rejects by name: never a failure, never a sum that overflows."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from columns import load_column, parquet_orders, read_lines
from exports import (
    assert_every_row_is_accounted_for,
    members,
    opened,
    order_lines,
    rejects,
    write_csv,
    write_parquet,
)
from siyu_cli.errors import DataError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bounds")


PHONES = ["13800138000", "138 0013 8000", "13800138000.00", "19912345678", "-13800138000", "13,800,138,000"]


@pytest.mark.parametrize("header", ["实付金额", "退款金额"])
def test_a_mobile_number_is_no_amount(folder: Path, header: str) -> None:
    amounts = [f"{number}.5" for number in range(20)]
    column = load_column(folder, header, [*amounts, *PHONES], read_lines("paid_amount"))
    assert [column.reason[cell] for cell in amounts] == [None] * len(amounts)
    assert {column.reason[cell] for cell in PHONES} <= {"out_of_range", "bad_money"}


def test_a_mobile_number_is_neither_points_nor_a_reward_nor_a_cost(folder: Path) -> None:
    others = range(2, 22)
    people = [["会员编号", "积分", "消费金额", "注册时间"], ["M1", "13800138000", "13900139001", "2025-01-01"]]
    people += [[f"M{number}", "5", "80.5", "2025-01-01"] for number in others]
    invites = [["邀请人", "被邀请人", "邀请时间", "奖励金额"], ["M1", "M2", "2025-01-01", "13800138000"]]
    invites += [["M1", f"M{number}", "2025-01-01", "5"] for number in others]
    costs = [["渠道", "日期", "费用"], ["扫码", "2025-01-01", "13800138000"]]
    costs += [["扫码", f"2025-01-{number:02}", "80.5"] for number in others]
    files = [("人.csv", people), ("邀请.csv", invites), ("费用.csv", costs)]
    with opened(*(write_csv(folder / name, rows) for name, rows in files)) as shop:
        assert_every_row_is_accounted_for(shop)
        found = {(row["file"], row["column"], row["reason"]) for row in rejects(shop)}
        assert {(file, column) for file, column, reason in found if reason == "out_of_range"} == {
            ("人.csv", "积分"), ("人.csv", "消费金额"), ("邀请.csv", "奖励金额"), ("费用.csv", "费用"),
        }  # fmt: skip
        assert members(shop)["M1"]["points"] is None


@pytest.mark.parametrize(
    ("header", "cells", "reasons"),
    [
        ("退款金额", ["-10000000000000000", "1000000000000", "1e16"], ["out_of_range"] * 3),
        (
            "下单时间",
            ["1899-06-01", "9999-12-31", "0005-01-01", "2025-01-01", "2025-01-02"],
            [*["out_of_range"] * 3, None, None],
        ),
    ],
)
def test_what_no_shop_has_is_rejected_by_name(folder: Path, header: str, cells: list[str], reasons: list[str]) -> None:
    column = load_column(folder, header, cells, read_lines("paid_amount"))
    assert [column.reason[cell] for cell in cells] == reasons


def test_a_price_below_zero_or_an_amount_of_eleven_digits_makes_no_order(folder: Path) -> None:
    header = ["订单号", "会员编号", "下单时间", "单价", "数量"]
    cells = {
        ("999999999", "99999"): "out_of_range",
        ("12", "1234567890123456789"): "out_of_range",
        ("1e308", "1"): "out_of_range",
        ("-5", "2"): "below_zero",
        ("inf", "1"): "out_of_range",
        ("99999999", "-999"): None,
    }
    rows = [[f"A{at}", f"M{at}", "2025-03-01", *cell] for at, cell in enumerate(cells)]
    with opened(write_csv(folder / "dear.csv", [header, *rows])) as shop:
        assert_every_row_is_accounted_for(shop)
        found = {row["row"]: row["reason"] for row in rejects(shop)}
        assert [found.get(at) for at in range(2, 2 + len(cells))] == list(cells.values())
        assert [line["paid_amount"] for line in order_lines(shop)] == [Decimal("-99899999001.00")]
    typed = {"单价": [5.0, float("nan"), 1e300, 999999999.0, -1.0, 2.0], "数量": [1, 1, 1, 9999, 1, 2**62]}
    known = {"订单号": list("ABCDEF"), "会员编号": list("UVWXYZ"), "下单时间": [datetime(2025, 3, 1)] * 6}
    with opened(write_parquet(folder / "dear.parquet", known | typed)) as shop:
        assert_every_row_is_accounted_for(shop)
        assert [line["paid_amount"] for line in order_lines(shop)] == [5]
        assert [reason for _, reason in sorted({(row["row"], row["reason"]) for row in rejects(shop)})] == [
            "missing_amount", "out_of_range", "out_of_range", "below_zero", "out_of_range",
        ]  # fmt: skip


def test_totals_of_a_members_export_are_amounts_a_shop_may_have(folder: Path) -> None:
    rows = [
        ["会员编号", "积分", "消费次数", "消费金额", "生日", "注册时间"],
        ["M1", "1e308", "99999999999", "-20", "0001-01-01", "2025-01-01"],
        ["M2", "-5", "-1", "9000000000000000", "1850-01-01", "2025-01-01"],
        ["M3", "7", "2", "100", "1930-01-01", "1899-12-30"],
    ]
    with opened(write_csv(folder / "totals.csv", rows)) as shop:
        assert {(row["row"], row["column"], row["reason"], row["effect"]) for row in rejects(shop)} == {
            (2, "积分", "out_of_range", "cell"), (2, "消费次数", "out_of_range", "cell"), (2, "消费金额", "below_zero", "cell"),
            (3, "消费次数", "below_zero", "cell"), (3, "消费金额", "out_of_range", "cell"), (3, "生日", "out_of_range", "cell"),
        }  # fmt: skip
        assert [row["points"] for row in members(shop).values()] == [None, -5, 7]
        assert (members(shop)["M3"]["birthday"], members(shop)["M3"]["joined_on"]) == (date(1930, 1, 1), None)
        assert len(shop.segment().members) == 3


def test_parquet_cells_that_need_a_second_look_are_read_as_those_of_any_file(folder: Path) -> None:
    odd = {"会员编号": ["V1001", "V1001\u00a0"], "下单时间": [datetime(2025, 3, 1), datetime(1, 1, 1)]}
    with opened(parquet_orders(folder, **odd)) as shop:
        assert [line["member_id"] for line in order_lines(shop)] == ["V1001"]
        assert [(row["row"], row["reason"]) for row in rejects(shop)] == [(2, "missing_date")]
    with opened(parquet_orders(folder, 实付金额=[10.0, 1e15])) as shop:
        assert [line["paid_amount"] for line in order_lines(shop)] == [10]
        assert [(row["row"], row["reason"]) for row in rejects(shop)] == [(2, "out_of_range")]


DATED_IN_WORDS = {"订单号": list("ABC"), "会员编号": list("UVW"), "下单时间": ["2025-03-01", "2025/3/2", "2025-03-03"]}


@pytest.mark.parametrize(
    ("amounts", "kept", "reasons"),
    [
        ({"实付金额": [10.0, 1e30, 20.5]}, [10, Decimal("20.5")], [(2, "out_of_range")]),
        (
            {"实付金额": [10.0, 20.5, 30.0], "退款金额": [0.0, -1e16, 0.0]},
            [10, Decimal("20.5"), 30],
            [(2, "out_of_range")],
        ),
        ({"单价": ["5", "5", "5"], "数量": [1.0, 9.3e18, 2.0]}, [5, 10], [(2, "out_of_range")]),
        ({"单价": [5.0, 999999999.0, 5.0], "数量": ["1", "999999", "2"]}, [5, 10], [(2, "out_of_range")]),
        ({"单价": [5.0, 5.0, -5.0], "数量": ["1", "2", "2"]}, [5, 10], [(3, "below_zero")]),
    ],
)
def test_typed_amounts_have_their_bounds_beside_columns_that_are_texts(
    folder: Path, amounts: dict[str, list[object]], kept: list[object], reasons: list[tuple[int, str]]
) -> None:
    with opened(write_parquet(folder / "mixed.parquet", DATED_IN_WORDS | amounts)) as shop:
        assert_every_row_is_accounted_for(shop)
        assert [line["paid_amount"] for line in order_lines(shop)] == kept
        assert sorted({(row["row"], row["reason"]) for row in rejects(shop)}) == reasons


def test_an_amount_of_many_digits_is_no_number_of_pieces(folder: Path) -> None:
    rows = [["订单号", "会员编号", "下单时间", "AMOUNT", "SALES_PRICE"]]
    rows += [[f"A{at}", f"M{at}", "2025-03-01", "2", "30"] for at in range(5)]
    with opened(write_csv(folder / "pieces.csv", [*rows, ["B", "M", "2025-03-01", "9" * 309, "30"]])) as shop:
        assert_every_row_is_accounted_for(shop)
        assert {(row["row"], row["reason"]) for row in rejects(shop)} <= {(7, "out_of_range"), (7, "bad_money")}


def test_amounts_that_add_up_to_no_shop_s_turnover_are_an_error_that_names_file_and_column(folder: Path) -> None:
    def file(rows: int) -> Path:
        known = {"订单号": [f"A{at}" for at in range(rows)], "会员编号": [f"M{at}" for at in range(rows)]}
        dated = {"下单时间": [datetime(2025, 3, 1)] * rows, "实付金额": [9_999_999_999.0] * rows}
        return write_parquet(folder / f"sums-{rows}.parquet", known | dated)

    with pytest.raises(DataError, match="no shop's turnover") as caught:
        opened(file(400_001))
    assert (caught.value.where.file, caught.value.where.column) == ("sums-400001.parquet", "实付金额")
    with opened(file(399_999)) as shop:
        assert shop.segment().stages["net_sales"].sum() > 0


@pytest.mark.parametrize(
    ("others", "reason"),
    [(["1,23", "2.345.678"], "ambiguous_amount"), (["5", "77.250"], "ambiguous_amount"), (["12.5"], None), (["0.125"], None),
     (["1,234.50元"], None), (["1234.500"], None)],
)  # fmt: skip
def test_a_point_before_three_digits_is_read_where_another_amount_tells_what_it_parts(
    folder: Path, others: list[str], reason: str | None
) -> None:
    column = load_column(folder, "实付金额", ["1.234", "100", *others], read_lines("paid_amount"))
    assert column.reason["1.234"] == reason
    assert column.value["1.234"] == (None if reason else Decimal("1.23"))
    assert column.value["100"] == 100


def test_an_id_longer_than_any_is_rejected(folder: Path) -> None:
    rows = [["会员编号", "姓名", "注册时间"], ["9" * 309, "甲", "2025-01-01"], ["M1", "乙", "2025-01-01"]]
    with opened(write_csv(folder / "long.csv", rows)) as shop:
        assert list(members(shop)) == ["M1"]
        assert [(row["reason"], row["effect"]) for row in rejects(shop)] == [("out_of_range", "row")]
