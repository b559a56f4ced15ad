"""Bills of payments: each refund is a row of its own, which repeats the order's number and may repeat its amount."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, skipped, write_csv
from test_kinds import figures, figures_of, rows_of

HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
M, N = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "oUpF8uMuAJO_M2pxb1Q9zNjWeS7p"


def bill_row(number: str, buyer: str, state: str, amount: str, refund: str = "0.00") -> str:
    is_refund = state == "REFUND"
    cells = [
        f"2026-06-0{number} 12:00:00", "wx2421b1c4370ec43b", "10000100", "0", "", f"42000{number}", f"A{number}", buyer, "JSAPI", state, "OTHERS", "CNY",
        amount, "0.00", "5000" if is_refund else "0", "T1" if is_refund else "0", refund, "0.00", "ORIGINAL" if is_refund else "",
        "SUCCESS" if is_refund else "", "茶", "", "0.00", "0.60%", amount, refund, "",
    ]  # fmt: skip
    return ",".join(f"`{cell}" for cell in cells)


@pytest.mark.parametrize("repeated", ["100.00", "0.00"])
def test_a_bill_of_wechat_pay_counts_each_order_once_less_its_refund(tmp_path: Path, repeated: str) -> None:
    lines = [
        HEADER,
        bill_row("1", M, "SUCCESS", "100.00"),
        bill_row("1", M, "REFUND", repeated, "30.00"),
        bill_row("2", N, "SUCCESS", "100.00"),
        bill_row("2", N, "REFUND", repeated, "100.00"),
        bill_row("3", N, "SUCCESS", "50.00"),
        bill_row("4", N, "REVOKED", "70.00"),
        "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额",
        "`6,`320.00,`130.00,`0.00,`0.00,`320.00,`130.00",
    ]
    path = tmp_path / "bill.csv"
    path.write_text("\n".join(lines), "utf-8")
    with opened(path) as shop:
        (sheet, *_) = shop.load.report.sheets
        assert sheet.preset == "wechat-pay-bill"
        assert figures(shop) == {M: (70, 1), N: (50, 1)}
        assert skipped(shop)["cancelled"] == 1
        assert not shop.load.report.findings


BILLS = {
    "some of its columns": "交易时间|商户订单号|用户标识|交易状态|订单金额|退款金额 / 2026-05-01 10:00|A1|m|SUCCESS|100|0 / 2026-05-03 10:00|A1|m|REFUND|100|30",
    "of the whole": "交易时间|商户订单号|用户标识|交易状态|应结订单金额|退款金额 / 2026-05-01 10:00|A1|m|SUCCESS|100|0 / 2026-05-02 10:00|A2|m|SUCCESS|70|0 / 2026-05-03 10:00|A1|m|REFUND|100|100",
    "in Chinese": "交易时间|订单号|会员编号|交易状态|交易金额|退款金额 / 2026-05-01 10:00|A1|m|支付成功|100|0 / 2026-05-03 10:00|A1|m|退款|100|30",
    "without a column of refunds": "交易时间|订单号|会员编号|交易状态|交易金额 / 2026-05-01 10:00|A1|m|支付成功|70 / 2026-05-02 10:00|A2|m|支付成功|30 / 2026-05-03 10:00|A2|m|退款|30",
}  # fmt: skip


@pytest.mark.parametrize("written", BILLS.values(), ids=BILLS)
def test_a_refund_beside_its_order_is_no_second_order(tmp_path: Path, written: str) -> None:
    (net, _orders) = figures_of(tmp_path, written)["m"]
    assert net == 70


def test_a_refund_of_what_an_earlier_bill_holds_is_taken_from_it_or_is_below_zero(tmp_path: Path) -> None:
    header = "交易时间|商户订单号|用户标识|交易状态|订单金额|退款金额"
    earlier = f"{header} / 2026-04-30 10:00|A0|m|SUCCESS|40|0"
    bill = f"""{header} / 2026-05-01 10:00|A1|m|SUCCESS|100|0 / 2026-05-03 10:00|A1|m|REFUND|100|30
        / 2026-05-04 10:00|A0|m|REFUND|40|10"""
    assert figures_of(tmp_path, bill) == {"m": (60, 1)}
    assert figures_of(tmp_path, earlier, bill) == {"m": (100, 2)}


def test_a_refunded_item_of_an_order_is_no_refund_of_the_others(tmp_path: Path) -> None:
    written = """订单号|会员编号|下单时间|订单状态|商品|实付金额 / A1|m|2026-05-01|交易成功|茶|50 / A1|m|2026-05-01|退款|杯|50"""
    assert figures_of(tmp_path, written) == {"m": (50, 1)}


def test_an_id_behind_a_backtick_is_the_id(tmp_path: Path) -> None:
    written = "订单号|会员编号|下单时间|实付金额 / `1|`M1|`2026-05-01|`10.00 / 2|M1|2026-05-02|20"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"M1": (30, 2)}
