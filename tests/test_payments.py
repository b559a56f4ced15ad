"""Payments beside the orders they pay are the same money, and count once."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, skipped, write_csv
from test_kinds import figures, rows_of

ORDERS = "订单号|会员编号|下单时间|实付金额 / A1|m|2026-05-01|100 / A2|m|2026-05-02|50 / A3|n|2026-05-03|70"
ITEMS = """订单号|会员编号|下单时间|商品|金额 / A1|m|2026-05-01|茶|70 / A1|m|2026-05-01|杯|30 / A2|m|2026-05-02|茶|50
    / A3|n|2026-05-03|壶|70"""
LEDGERS = {
    "under the order's number": "交易号|订单号|会员编号|支付时间|支付金额 / T1|A1|m|2026-05-01|100 / T2|A2|m|2026-05-02|50 / T3|A3|n|2026-05-03|70",
    "in two payments": "支付流水号|订单号|会员编号|支付时间|支付金额|支付方式 / T1|A1|m|2026-05-01|60|微信 / T2|A1|m|2026-05-01|40|余额"
    " / T3|A2|m|2026-05-02|50|微信 / T4|A3|n|2026-05-03|70|微信",
    "under its own number": "流水号|关联订单号|会员编号|交易时间|交易金额 / T1|A1|m|2026-05-01|60 / T2|A1|m|2026-05-01|40"
    " / T3|A2|m|2026-05-02|50 / T4|A3|n|2026-05-03|70",
    "less a fee": "流水号|关联订单号|会员编号|交易时间|交易金额 / T1|A1|m|2026-05-01|99.4 / T2|A2|m|2026-05-02|49.7 / T3|A3|n|2026-05-03|69.58",
    "of business numbers": "收款单号|业务单号|会员编号|收款时间|收款金额 / T1|A1|m|2026-05-01|100 / T2|A2|m|2026-05-02|50 / T3|A3|n|2026-05-03|70",
    "without buyers": "流水号|关联订单号|交易时间|交易金额 / T1|A1|2026-05-01|100 / T2|A2|2026-05-02|50 / T3|A3|2026-05-03|70",
}  # fmt: skip


@pytest.mark.parametrize("ledger", LEDGERS.values(), ids=LEDGERS)
@pytest.mark.parametrize("orders", [ORDERS, ITEMS], ids=["orders", "items"])
def test_payments_beside_their_orders_count_once(tmp_path: Path, orders: str, ledger: str) -> None:
    paths = [write_csv(tmp_path / "订单.csv", rows_of(orders)), write_csv(tmp_path / "支付流水.csv", rows_of(ledger))]
    for given in (paths, paths[::-1]):
        with opened(*given) as shop:
            assert figures(shop) == {"m": (150, 2), "n": (70, 1)}
            assert not shop.load.report.findings


def test_a_refund_among_the_payments_is_one(tmp_path: Path) -> None:
    ledger = """流水号|关联订单号|会员编号|交易时间|交易类型|交易金额 / T1|A1|m|2026-05-01|支付|100 / T2|A2|m|2026-05-02|支付|50
        / T3|A3|n|2026-05-03|支付|70 / T4|A3|n|2026-05-04|退款|20"""
    with opened(
        write_csv(tmp_path / "订单.csv", rows_of(ORDERS)), write_csv(tmp_path / "a.csv", rows_of(ledger))
    ) as shop:
        assert figures(shop) == {"m": (150, 2), "n": (50, 1)}
        assert skipped(shop) == {"item_detail": 3}


DOUBTFUL = {
    "under other buyers": "交易号|商户订单号|付款人手机号|交易时间|交易金额 / T1|A1|13800000001|2026-05-01|100 / T2|A2|13800000001|2026-05-02|50"
    " / T3|A3|13800000002|2026-05-03|70",
    "without the order's number": "交易号|会员编号|交易时间|交易金额 / T1|m|2026-05-01|100 / T2|m|2026-05-02|50 / T3|n|2026-05-03|70",
}  # fmt: skip


@pytest.mark.parametrize("ledger", DOUBTFUL.values(), ids=DOUBTFUL)
def test_payments_that_may_be_orders_are_a_finding(tmp_path: Path, ledger: str) -> None:
    with opened(
        write_csv(tmp_path / "订单.csv", rows_of(ORDERS)), write_csv(tmp_path / "支付流水.csv", rows_of(ledger))
    ) as shop:
        (note,) = shop.load.report.findings
        assert (note.facts["sheet"], note.facts["other"], note.facts["rows"]) == ("支付流水.csv", "订单.csv", 3)


OTHERS = {
    "of other customers": "交易号|会员编号|交易时间|交易金额 / T1|p|2026-05-01|100 / T2|q|2026-05-02|50 / T3|n|2026-05-04|70",
    "that name an order once": "流水号|原单号|会员编号|日期|金额 / T1|A1|m|2026-05-05|100 / T2||m|2026-05-06|20 / T3||p|2026-05-07|30",
    "balances of deposits": "流水号|定金单号|会员编号|日期|金额 / T1|A1|m|2026-05-05|100 / T2|A2|m|2026-05-06|50 / T3|A3|n|2026-05-07|70",
}  # fmt: skip


@pytest.mark.parametrize("sales", OTHERS.values(), ids=OTHERS)
def test_sales_of_another_till_all_count(tmp_path: Path, sales: str) -> None:
    with opened(
        write_csv(tmp_path / "订单.csv", rows_of(ORDERS)), write_csv(tmp_path / "流水.csv", rows_of(sales))
    ) as shop:
        assert not skipped(shop)
        assert not shop.load.report.findings
