"""Values that a Parquet file has typed already are taken as they are, and checked like any others."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from columns import parquet_orders
from exports import (
    assert_every_row_is_accounted_for,
    only_sheet,
    opened,
    order_lines,
    rejects,
    write_csv,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clean")


def test_a_typed_parquet_file_is_read_where_it_lies(folder: Path) -> None:
    with opened(parquet_orders(folder)) as shop:
        kind = shop.engine.connection.execute(
            "select table_type from information_schema.tables where table_name = 'source_0'"
        ).fetchall()
        assert kind == [("VIEW",)]
        assert [(line["member_id"], line["ordered_on"], line["paid_amount"]) for line in order_lines(shop)] == [
            ("M1", date(2025, 3, 1), Decimal("10.00")),
            ("M2", date(2025, 3, 2), Decimal("20.50")),
        ]


@pytest.mark.parametrize(
    "written",
    [["2025年3月1日", "2025/3/2 9:00"], [20250301, 20250302], [45717, 45718], [45717.4, 45718.0], [1740791100, 1740877500]],
)  # fmt: skip
def test_a_parquet_file_with_dates_as_text_or_numbers_is_parsed(folder: Path, written: list[Any]) -> None:
    with opened(parquet_orders(folder, 下单时间=written)) as shop:
        assert [line["ordered_on"] for line in order_lines(shop)] == [date(2025, 3, 1), date(2025, 3, 2)]


def test_amounts_as_text_in_parquet_are_parsed(folder: Path) -> None:
    with opened(parquet_orders(folder, 实付金额=["¥1,234.00", "1,234元"])) as shop:
        assert [line["paid_amount"] for line in order_lines(shop)] == [1234, 1234]


def test_whole_ids_that_pandas_keeps_as_floats_lose_their_point(folder: Path) -> None:
    with opened(parquet_orders(folder, 会员编号=[10001.0, None])) as shop:
        assert [line["member_id"] for line in order_lines(shop)] == ["10001"]
        assert only_sheet(shop).skipped == {"no_member": 1}


def test_ids_too_long_for_a_float_are_rejected_in_parquet_too(folder: Path) -> None:
    with opened(parquet_orders(folder, 会员编号=[1.23456789012345678e17, 10001.0])) as shop:
        assert [line["member_id"] for line in order_lines(shop)] == ["10001"]
        assert [(row["reason"], row["effect"], row["row"]) for row in rejects(shop)] == [("id_digits_lost", "row", 1)]
        assert_every_row_is_accounted_for(shop)


def test_words_for_a_missing_id_are_no_member_in_parquet(folder: Path) -> None:
    with opened(parquet_orders(folder, 会员编号=["nan", "M2"])) as shop:
        assert [line["member_id"] for line in order_lines(shop)] == ["M2"]


def test_phones_in_parquet_are_checked_whatever_their_type(folder: Path) -> None:
    for phones in ([13800138000, 138], [13800138000.0, 138.0], ["138 0013 8000", "138****8000"]):
        with opened(parquet_orders(folder, 会员编号=[None, None], 手机号=phones)) as shop:
            assert [line["member_id"] for line in order_lines(shop)] == ["13800138000"]
            assert shop.load.report.rows_rejected == 1
            assert_every_row_is_accounted_for(shop)


def test_times_with_a_zone_in_parquet_move_to_the_shop_s(folder: Path) -> None:
    import pyarrow as pa

    late = pa.array([datetime(2025, 2, 28, 17), datetime(2025, 2, 28, 15)], pa.timestamp("us", tz="UTC"))
    with opened(parquet_orders(folder, 下单时间=late)) as shop:
        assert [line["ordered_on"] for line in order_lines(shop)] == [date(2025, 3, 1), date(2025, 2, 28)]


def test_a_parquet_column_may_have_the_name_of_an_internal_one(folder: Path) -> None:
    odd = {"row": [7, 8], "file_row_number": [5, 6], "c0": ["x", "y"]}
    with opened(parquet_orders(folder, **odd)) as shop:
        assert [line["member_id"] for line in order_lines(shop)] == ["M1", "M2"]


def test_the_day_after_as_of_is_the_first_that_does_not_exist(folder: Path) -> None:
    as_of = date(2025, 3, 1)
    cells = [f"{as_of} 23:59:59", f"{as_of + timedelta(1)} 00:00:00"]
    path = write_csv(folder / "edge.csv", [
        ["订单号", "会员编号", "下单时间", "实付金额"], *[[f"A{at}", f"M{at}", cell, 5] for at, cell in enumerate(cells)],
    ])  # fmt: skip
    with opened(path, as_of=str(as_of)) as shop:
        assert only_sheet(shop).skipped == {"after_as_of": 1}
        assert shop.segment().arrow()["member_id"].to_pylist() == ["M0"]
