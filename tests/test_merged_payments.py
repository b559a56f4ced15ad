"""Orders paid together: the whole payment's amount on each of them was paid once, and they are as many as they are."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from exports import assert_every_row_is_accounted_for, opened, order_lines, write_csv, write_parquet
from test_kinds import figures, figures_of, rows_of

WHOLE = {
    "beside each order's own": "订单号|支付单号|会员编号|下单时间|订单金额|支付金额 / A1|P1|m|2026-05-01|100|150 / A2|P1|m|2026-05-01|50|150",
    "under a header that says so": "订单号|合并支付单号|会员编号|下单时间|实付金额 / A1|P1|m|2026-05-01|150 / A2|P1|m|2026-05-01|150",
    "of every payment": "订单号|支付流水号|会员编号|付款时间|实付金额 / A1|P1|m|2026-05-01|50 / A2|P1|m|2026-05-01|50"
    " / A3|P2|m|2026-05-02|60 / A4|P2|m|2026-05-02|60 / A5|P3|m|2026-05-03|40 / A6|P3|m|2026-05-03|40",
    "of items": "订单号|合单号|会员编号|付款时间|商品|实付金额 / A1|P1|m|2026-05-01|茶|150 / A1|P1|m|2026-05-01|杯|150 / A2|P1|m|2026-05-01|壶|150",
}  # fmt: skip


@pytest.mark.parametrize("written", WHOLE.values(), ids=WHOLE)
def test_the_amount_of_a_payment_for_several_orders_counts_once(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop)["m"] == (150, 6 if "A6" in written else 2)
        assert not shop.load.report.findings
        assert_every_row_is_accounted_for(shop)


PARTS = {
    "by what the goods come to": ("单价|数量|", "60|2| / 10|3|", [Decimal("120.00"), Decimal("30.00")]),
    "evenly, to the cent": ("", " / ", [Decimal("75.00"), Decimal("75.00")]),
    "evenly where one has no price": ("单价|数量|", "60|2| / ||", [Decimal("75.00"), Decimal("75.00")]),
}


@pytest.mark.parametrize(("names", "goods", "parts"), PARTS.values(), ids=PARTS)
def test_each_order_has_its_part_of_the_payment(tmp_path: Path, names: str, goods: str, parts: list[Decimal]) -> None:
    one, other = goods.split(" / ")
    written = f"订单号|合并支付单号|会员编号|付款时间|{names}实付金额 / A1|P1|m|2026-05-01|{one}150 / A2|P1|m|2026-05-01|{other}150"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert [line["paid_amount"] for line in order_lines(shop)] == parts


def test_no_cent_is_lost_among_three(tmp_path: Path) -> None:
    rows = [f"A{n}|P1|m|2026-05-01|100" for n in (1, 2, 3)]
    with opened(
        write_csv(tmp_path / "a.csv", rows_of(" / ".join(["订单号|合并支付单号|会员编号|付款时间|实付金额", *rows])))
    ) as shop:
        assert figures(shop) == {"m": (100, 3)}


def test_a_typed_parquet_file_is_divided_alike(tmp_path: Path) -> None:
    days = [date(2026, 5, 1)] * 3
    columns = {
        "订单号": ["A1", "A2", "A3"],
        "合并支付单号": ["P1", "P1", "P2"],
        "会员编号": ["m", "m", "n"],
        "付款时间": days,
        "实付金额": [150.0, 150.0, 20.0],
    }
    with opened(write_parquet(tmp_path / "a.parquet", columns)) as shop:
        assert figures(shop) == {"m": (150, 2), "n": (20, 1)}


def test_the_column_of_each_order_s_own_amount_is_named_and_can_be_chosen(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of(WHOLE["beside each order's own"]))
    with opened(path) as shop:
        (note,) = (note for note in shop.load.report.warnings if "own" in note.facts)
        assert note.facts["own"] == "订单金额"
    with opened(path, header_map={"orders.paid_amount": "订单金额"}) as shop:
        assert figures(shop) == {"m": (150, 2)}


def test_one_amount_on_two_orders_of_a_payment_may_be_either_and_is_a_finding(tmp_path: Path) -> None:
    written = "订单号|支付单号|会员编号|付款时间|实付金额 / A1|P1|m|2026-05-01|50 / A2|P1|m|2026-05-01|50 / A3|P2|n|2026-05-02|70"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (100, 2), "n": (70, 1)}
        (note,) = shop.load.report.findings
        assert (note.facts["orders"], note.facts["header"]) == (2, "支付单号")


OWN = {
    "amounts of their own": "订单号|支付单号|会员编号|付款时间|实付金额 / A1|P1|m|2026-05-01|100 / A2|P1|m|2026-05-01|50",
    "alike once and not again": "订单号|支付单号|会员编号|付款时间|实付金额 / A1|P1|m|2026-05-01|50 / A2|P1|m|2026-05-01|50 / A3|P2|m|2026-05-02|20 / A4|P2|m|2026-05-02|30",
    "lines of one order": "订单号|支付单号|会员编号|付款时间|商品|单价|数量|实付金额 / A1|P1|m|2026-05-01|茶|75|1|75 / A1|P1|m|2026-05-01|杯|75|1|75",
    "no number at all": "订单号|支付流水号|会员编号|付款时间|实付金额 / A1|现金|m|2026-05-01|75 / A2|现金|m|2026-05-01|75",
    "a zero for none": "订单号|支付流水号|会员编号|付款时间|实付金额 / A1|0|m|2026-05-01|75 / A2|0|m|2026-05-01|75",
    "on two days": "订单号|支付流水号|会员编号|付款时间|实付金额 / A1|P1|m|2026-05-01|75 / A2|P1|m|2026-05-02|75",
    "the only number": "支付单号|会员编号|付款时间|实付金额 / P1|m|2026-05-01|100 / P2|m|2026-05-01|50",
}  # fmt: skip


@pytest.mark.parametrize("written", OWN.values(), ids=OWN)
def test_orders_paid_together_with_their_own_amounts_all_count(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop)["m"][0] == 150
        assert not shop.load.report.findings


def test_a_refund_of_one_of_them_counts(tmp_path: Path) -> None:
    written = (
        "订单号|合并支付单号|会员编号|付款时间|实付金额|退款金额 / A1|P1|m|2026-05-01|150|0 / A2|P1|m|2026-05-01|150|50"
    )
    assert figures_of(tmp_path, written)["m"][0] == 100
