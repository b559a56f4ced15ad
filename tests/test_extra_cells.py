"""Rows of text with more cells than the header has columns are rejected with their line, never read shifted."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from exports import assert_every_row_is_accounted_for, listed, opened, rejects

HEADER = "订单号,会员编号,下单时间,实付金额"
ROWS = ("A1,m,2026-06-01,10.00", "A2,m,2026-06-02,20.00", "A4,m,2026-06-04,40.00")


def written(folder: Path, *lines: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.mark.parametrize("amount", ["1,234.00", "¥1,234.00", "1,234,567.89", "-1,234.00", "1,234"])
def test_an_amount_cut_in_two_at_its_comma_is_rejected_with_its_line(tmp_path: Path, amount: str) -> None:
    path = written(tmp_path, HEADER, *ROWS[:2], f"A3,m,2026-06-03,{amount}", ROWS[2])
    with opened(path) as shop:
        assert_every_row_is_accounted_for(shop)
        assert listed(shop)["m"]["net_sales"] == 70
        assert [(row["row"], row["reason"], row["value"]) for row in rejects(shop)] == [(4, "split_amount", amount)]
        (note,) = shop.load.report.findings
        assert (note.facts["row"], note.facts["value"]) == (4, amount)


def test_amounts_that_are_all_cut_are_all_rejected(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *(f"A{day},m,2026-06-0{day},1,00{day}.00" for day in range(1, 6)), ROWS[1])
    with opened(path) as shop:
        assert_every_row_is_accounted_for(shop)
        assert listed(shop)["m"]["net_sales"] == 20
        assert shop.load.report.rows_rejected == 5


def test_a_value_that_moved_its_neighbours_is_rejected(tmp_path: Path) -> None:
    path = written(tmp_path, "订单号,会员编号,下单时间,实付金额,备注", "A1,m,2026-06-01,1,234.00,急", "A2,m,2026-06-02,20.00,",
                   "A3,m,2026-06-03,30.00,好,快")  # fmt: skip
    with opened(path) as shop:
        assert_every_row_is_accounted_for(shop)
        assert [(row["row"], row["reason"]) for row in rejects(shop)] == [(2, "extra_cells"), (4, "extra_cells")]


def test_a_column_without_a_header_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *(f"{row},x" for row in ROWS))
    with opened(path) as shop:
        assert listed(shop)["m"]["net_sales"] == Decimal(70)
        assert not rejects(shop)


def test_empty_cells_at_the_end_change_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, ROWS[0], f"{ROWS[1]},,", f"{ROWS[2]}, ")
    with opened(path) as shop:
        assert listed(shop)["m"]["net_sales"] == Decimal(70)


def test_a_members_file_rejects_them_too(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "会员编号,姓名,注册时间,积分",
        "m1,张三,2026-01-01,5",
        "m2,李四,2026-01-02,1,200",
        "m3,王五,2026-01-03,7",
    )
    with opened(path) as shop:
        assert_every_row_is_accounted_for(shop)
        assert [(row["row"], row["reason"]) for row in rejects(shop)] == [(3, "split_amount")]


def test_many_small_files_are_looked_at_each(tmp_path: Path) -> None:
    paths = [written(tmp_path, HEADER, f"A{number},m,2026-06-01,10.00", f"B{number},m,2026-06-02,{1 + number},234.00", name=f"{number}.csv")
             for number in range(12)]  # fmt: skip
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        assert listed(shop)["m"]["net_sales"] == 120
        assert shop.load.report.rows_rejected == 12
