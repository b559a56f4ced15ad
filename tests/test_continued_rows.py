"""Rows that go on with the order above them: its number and its buyer stand on the first row only."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exports import assert_every_row_is_accounted_for, opened, skipped, write_csv, write_parquet, write_xlsx
from test_kinds import figures, figures_of, rows_of

ITEMS = {
    "number, buyer and day are blank": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / |||杯|50 / |||匙|5 / A2|n|2026-05-02|茶|100 / |||壶|80",
    "the day is written": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / ||2026-05-01|杯|50 / ||2026-05-01|匙|5 / A2|n|2026-05-02|茶|100 / ||2026-05-02|壶|80",
    "the number is written": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / A1|||杯|50 / A1|||匙|5 / A2|n|2026-05-02|茶|100 / A2|||壶|80",
    "only the buyer is blank": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / A1||2026-05-01|杯|50 / A1||2026-05-01|匙|5 / A2|n|2026-05-02|茶|100 / A2||2026-05-02|壶|80",
    "a price and how many": "订单号|会员编号|下单时间|商品|单价|数量 / A1|m|2026-05-01|茶|100|1 / |||杯|25|2 / |||匙|5|1 / A2|n|2026-05-02|茶|100|1 / |||壶|80|1",
    "the order's total": "订单号|会员编号|下单时间|商品|实付金额 / A1|m|2026-05-01|茶|155 / |||杯| / |||匙| / A2|n|2026-05-02|茶|180 / |||壶|",
    "with a status": "订单号|会员编号|付款时间|订单状态|商品|金额 / A1|m|2026-05-01|已完成|茶|100 / ||||杯|50 / ||||匙|5 / A2|n|2026-05-02|已完成|茶|100 / ||||壶|80 / A3|n|2026-05-03|已取消|茶|10 / ||||杯|70",
}  # fmt: skip


@pytest.mark.parametrize("written", ITEMS.values(), ids=ITEMS)
def test_further_lines_are_of_the_order_above_them(tmp_path: Path, written: str) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of(written))
    with opened(path) as shop:
        assert figures(shop) == {"m": (155, 1), "n": (180, 1)}
        assert not shop.load.report.findings
        assert next(note.facts["rows"] for note in shop.load.report.warnings if "further lines" in note.message) >= 3


def test_a_guest_s_further_lines_are_the_guest_s(tmp_path: Path) -> None:
    written = "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / |||杯|50 / A2||2026-05-02|茶|100 / |||壶|80 / A3|n|2026-05-03|茶|10"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (150, 1), "n": (10, 1)}
        assert skipped(shop) == {"no_member": 2}


OTHERS = {
    "a total without a word": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / ||||100",
    "a total under the products": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / |||合计|100",
    "a sale of another day": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / ||2026-05-03|杯|50",
    "a guest by name": "订单号|会员编号|姓名|下单时间|商品|金额 / A1|m|张三|2026-05-01|茶|100 / ||李四||杯|50",
    "below a blank row": "订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|100 / |||| / |||杯|50",
    "a number that begins anew": "单号|会员编号|日期|商品|金额 / 1|m|2026-05-01|茶|100 / 1||2026-05-02|茶|30",
    "a number of another store": "单号|会员编号|门店|日期|商品|金额 / 1|m|甲店|2026-05-01|茶|100 / 1||乙店|2026-05-01|茶|30",
    "orders without products": "订单号|会员编号|下单时间|金额 / A1|m|2026-05-01|100 / |||50",
}  # fmt: skip


@pytest.mark.parametrize("written", OTHERS.values(), ids=OTHERS)
def test_what_is_nobody_s_stays_so(tmp_path: Path, written: str) -> None:
    assert figures_of(tmp_path, written) == {"m": (100, 1)}


def test_a_sheet_of_a_workbook_and_many_small_files_are_read_alike(tmp_path: Path) -> None:
    rows = rows_of(ITEMS["number, buyer and day are blank"])
    with opened(write_xlsx(tmp_path / "a.xlsx", rows)) as shop:
        assert figures(shop) == {"m": (155, 1), "n": (180, 1)}
    paths = [
        write_csv(tmp_path / f"{at}.csv", [[cell + f"-{at}" if cell in ("A1", "A2") else cell for cell in row] for row in rows])
        for at in range(9)
    ]  # fmt: skip
    with opened(*paths) as shop:
        assert figures(shop) == {"m": (9 * 155, 9), "n": (9 * 180, 9)}
        assert sum("further lines" in note.message for note in shop.load.report.warnings) == 9


@pytest.mark.parametrize("case", ["number, buyer and day are blank", "the number is written"])
def test_a_parquet_file_with_types_of_its_own_is_read_alike(tmp_path: Path, case: str) -> None:
    first, *rows = rows_of(ITEMS[case])
    columns: dict[str, list[Any]] = {name: [row[at] or None for row in rows] for at, name in enumerate(first)}
    columns["下单时间"] = [day and date.fromisoformat(day) for day in columns["下单时间"]]
    columns["金额"] = [Decimal(amount) for amount in columns["金额"]]
    with opened(write_parquet(tmp_path / "a.parquet", columns)) as shop:
        assert figures(shop) == {"m": (155, 1), "n": (180, 1)}
        assert any("further lines" in note.message for note in shop.load.report.warnings)
        assert_every_row_is_accounted_for(shop)


def test_guests_of_a_typed_parquet_file_leave_it_where_it_lies(tmp_path: Path) -> None:
    days = [date(2026, 5, 1), date(2026, 5, 2)]
    columns = {
        "订单号": ["A1", "A2"],
        "会员编号": ["m", None],
        "下单时间": days,
        "商品": ["茶", "杯"],
        "金额": [100.0, 50.0],
    }
    with opened(write_parquet(tmp_path / "a.parquet", columns)) as shop:
        assert figures(shop) == {"m": (100, 1)}
        assert skipped(shop) == {"no_member": 1}
