"""What was paid where only a price, a quantity and a discount say it."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, write_csv
from test_kinds import figures, figures_of, rows_of

RATES = {
    "a share": ("折扣", "0.85", "1"),
    "percent": ("折扣率", "85", "100"),
    "with its sign": ("折扣率", "85%", "100%"),
    "tenths": ("折扣", "8.5折", "无"),
    "two digits of tenths": ("折扣", "85折", ""),
    "tenths without a word": ("折扣", "8.5", "10"),
    "tenths of a rate": ("折扣率", "8.5", "-"),
    "percent off": ("Discount %", "15", "0"),
    "a share off": ("discount rate", "0.15", "0"),
}


@pytest.mark.parametrize(("header", "some", "none"), RATES.values(), ids=RATES)
@pytest.mark.parametrize("price", ["单价", "原价", "吊牌价"])
def test_a_rate_is_taken_off_the_price(tmp_path: Path, price: str, header: str, some: str, none: str) -> None:
    written = f"订单号|会员编号|下单时间|商品|{price}|{header}|数量 / A1|m|2026-05-01|茶|100|{some}|2 / A2|m|2026-05-02|杯|50|{none}|1"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (220, 2)}
        (note,) = (note for note in shop.load.report.warnings if "price" in note.facts)
        assert (note.facts["sum"], note.is_finding) == ("250.00", False)


DOUBTS = {
    "an amount or a share": ("折扣", "15"),
    "an amount": ("优惠金额", "30"),
    "words": ("折扣", "会员价"),
    "of a coupon": ("折扣", "30"),
}


@pytest.mark.parametrize(("header", "cell"), DOUBTS.values(), ids=DOUBTS)
def test_a_discount_that_may_be_an_amount_is_a_finding(tmp_path: Path, header: str, cell: str) -> None:
    written = f"订单号|会员编号|下单时间|商品|单价|{header}|数量 / A1|m|2026-05-01|茶|100|{cell}|2 / A2|m|2026-05-02|杯|50|0|1"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (250, 2)}
        (note,) = shop.load.report.findings
        assert (note.facts["header"], note.facts["sum"]) == (header, "250.00")


SETTLED = {
    "what was paid": "订单号|会员编号|下单时间|零售价|折扣|数量|实付金额 / A1|m|2026-05-01|200|0.85|1|170",
    "an amount beside the rate": "订单号|会员编号|下单时间|商品|折扣|金额 / A1|m|2026-05-01|茶|0.85|170",
    "a price after the discount": "订单号|会员编号|下单时间|成交单价|折扣|数量 / A1|m|2026-05-01|85|0.85|2",
    "no discount at all": "订单号|会员编号|下单时间|单价|折扣|数量 / A1|m|2026-05-01|85||2",
    "nothing off": "订单号|会员编号|下单时间|单价|优惠金额|数量 / A1|m|2026-05-01|85|0|2",
}


@pytest.mark.parametrize("written", SETTLED.values(), ids=SETTLED)
def test_what_was_paid_is_left_as_it_is(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (170, 1)}
        assert not shop.load.report.findings


def test_a_list_price_alone_is_no_amount(tmp_path: Path) -> None:
    sold = "订单号|会员编号|下单时间|实付金额 / A1|m|2026-05-01|70"
    listed = "订单号|会员编号|下单时间|商品|原价|数量 / A2|m|2026-05-01|茶|100|2"
    assert figures_of(tmp_path, sold, listed) == {"m": (70, 1)}
