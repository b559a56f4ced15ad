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


WIDE = "订单号,会员编号,下单时间,实付金额,{next},备注"
WITHIN = {
    "before a remark": ("备注二", "A3,m,2026-06-03,1,234.00,", "A1,m,2026-06-01,10.00,,", "A2,m,2026-06-02,20.00,急,"),
    "a short row": ("备注二", "A3,m,2026-06-03,1,234.00", "A1,m,2026-06-01,10.00,,", "A2,m,2026-06-02,20.00,急,"),
    "before a status": ("订单状态", "A3,m,2026-06-03,1,234.00,已完成", "A1,m,2026-06-01,10.00,已完成,", "A2,m,2026-06-02,20,已完成,"),
    "before a quantity": ("数量", "A3,m,2026-06-03,1,234.00,2", "A1,m,2026-06-01,10.00,1,", "A2,m,2026-06-02,20.00,1,"),
    "before a refund": ("退款金额", "A3,m,2026-06-03,1,234.00,", "A1,m,2026-06-01,10.00,,", "A2,m,2026-06-02,20.00,0.00,"),
    "a remark nobody wrote": ("备注二", "A3,m,2026-06-03,1,234,", "A1,m,2026-06-01,10,,", "A2,m,2026-06-02,20,,"),
    "without cents": ("备注二", "A3,m,2026-06-03,1,234,", "A1,m,2026-06-01,10,,", "A2,m,2026-06-02,20,急,"),
}  # fmt: skip


@pytest.mark.parametrize(("beside", "cut", "one", "other"), WITHIN.values(), ids=WITHIN)
def test_an_amount_cut_in_two_inside_a_row_is_rejected_though_no_cell_is_left_over(
    tmp_path: Path, beside: str, cut: str, one: str, other: str
) -> None:
    with opened(written(tmp_path, WIDE.format(next=beside), one, other, cut)) as shop:
        assert_every_row_is_accounted_for(shop)
        assert listed(shop)["m"]["net_sales"] == 30
        assert [(row["row"], row["reason"]) for row in rejects(shop)] == [(4, "split_amount")]
        (note,) = shop.load.report.findings
        assert str(note.facts["value"]).startswith("1,234")


SOUND = {
    "a price and how many": ("数量", "A3,m,2026-06-03,5,120,"),
    "an amount without cents among others": ("退款金额", "A3,m,2026-06-03,5,120.50,"),
    "a table's number": ("桌号", "A3,m,2026-06-03,5,120,"),
    "a room's number": ("房间", "A3,m,2026-06-03,5,120,"),
    "a discount": ("折扣率", "A3,m,2026-06-03,5,100,"),
    "the cash": ("现金", "A3,m,2026-06-03,5,120,"),
}


@pytest.mark.parametrize(("beside", "row"), SOUND.values(), ids=SOUND)
def test_two_numbers_side_by_side_are_no_amount_cut_in_two(tmp_path: Path, beside: str, row: str) -> None:
    others = ("A1,m,2026-06-01,10,101,", "A2,m,2026-06-02,20.50,102,")
    with opened(written(tmp_path, WIDE.format(next=beside), *others, row)) as shop:
        assert not rejects(shop)
        assert shop.load.report.rows_used == 3


def test_the_number_of_the_only_store_is_no_half_of_an_amount(tmp_path: Path) -> None:
    with opened(written(tmp_path, WIDE.format(next="门店"), "A3,m,2026-06-03,5,120,")) as shop:
        assert not rejects(shop)
