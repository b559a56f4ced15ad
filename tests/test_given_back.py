"""What was given back where no amount of a refund says it: disputes, letters for returns, quantities that came back."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, warnings, write_csv
from siyu_cli.config.settings import Settings
from test_kinds import Figures, figures, figures_of, rows_of

# ---- disputes


def test_what_a_dispute_gave_back_is_a_refund(tmp_path: Path) -> None:
    written = """订单号|会员编号|下单时间|实付金额|维权状态|维权金额 / A1|m|2026-05-01|100|维权结束|40 / A2|m|2026-05-02|50|无维权|
        / A3|n|2026-05-03|70|维权成功|70 / A4|n|2026-05-04|30|维权结束|0"""
    assert figures_of(tmp_path, written) == {"m": (110, 2), "n": (30, 1)}


@pytest.mark.parametrize("header", ["维权状态", "商品维权状态", "订单维权状态"])
def test_how_a_dispute_stands_is_how_a_refund_stands(tmp_path: Path, header: str) -> None:
    written = f"""订单号|会员编号|下单时间|实付金额|{header} / A1|m|2026-05-01|100|维权成功 / A2|m|2026-05-02|50|
        / A3|m|2026-05-03|70|维权关闭 / A4|m|2026-05-04|20|维权中"""
    assert figures_of(tmp_path, written) == {"m": (140, 3)}


def test_a_dispute_or_a_refund_of_a_part_without_an_amount_is_a_finding(tmp_path: Path) -> None:
    for word in ("维权结束", "部分退款"):
        written = f"订单号|会员编号|下单时间|实付金额|售后状态 / A1|m|2026-05-01|100|{word} / A2|m|2026-05-02|50|无售后"
        path = write_csv(tmp_path / "订单.csv", rows_of(written))
        with opened(path) as shop:
            (note,) = shop.load.report.findings
            assert (note.facts["rows"], note.facts["headers"]) == (1, "售后状态")
        returns = write_csv(tmp_path / "退款.csv", rows_of("退款单号|订单号|退款时间|退款金额 / T1|A1|2026-05-05|30"))
        with opened(path, returns) as shop:
            assert figures(shop) == {"m": (120, 2)}
            assert not shop.load.report.findings, "a list of returns says how much"


# ---- letters


@pytest.mark.parametrize("header", ["类型", "交易类型", "单据类型", "销退类型", "标志", "销退标志", "Type"])
@pytest.mark.parametrize(("sale", "back"), [("S", "R"), ("s", "r"), ("XS", "TH"), ("销", "退")])
def test_letters_for_sale_and_return_are_known(tmp_path: Path, header: str, sale: str, back: str) -> None:
    written = f"单号|{header}|会员编号|日期|金额 / 1|{sale}|m|2026-05-01|100 / 2|{sale}|m|2026-05-02|50 / 3|{back}|m|2026-05-03|100"
    assert figures_of(tmp_path, written) == {"m": (50, 2)}


def test_what_a_letter_was_taken_for_is_told_and_can_be_settled(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        rows_of("单号|类型|会员编号|日期|金额 / 1|S|m|2026-05-01|100 / 2|S|m|2026-06-30|50 / 3|R|m|2026-05-03|500"),
    )
    with opened(path) as shop:
        assert figures(shop) == {"m": (-350, 2)}
        (note,) = (note for note in shop.load.report.warnings if "word" in note.facts)
        assert (note.facts["word"], note.facts["header"]) == ("R", "类型")
    with opened(path, settings=Settings(kinds={"R": "topup"})) as shop:
        assert figures(shop) == {"m": (150, 2)}
        assert not warnings(shop)


def test_letters_that_are_sizes_are_no_kinds(tmp_path: Path) -> None:
    written = "单号|类型|会员编号|日期|金额 / 1|S|m|2026-05-01|100 / 2|M|m|2026-05-02|50 / 3|R|m|2026-05-03|10"
    assert figures_of(tmp_path, written) == {"m": (160, 3)}


# ---- quantities


@pytest.mark.parametrize("header", ["退货数量", "退款件数", "已退数量", "returned qty", "Quantity Refunded"])
def test_of_an_item_that_came_back_its_share_was_given_back(tmp_path: Path, header: str) -> None:
    written = f"""订单号|会员编号|下单时间|商品|数量|金额|{header} / A1|m|2026-05-01|茶|3|100|1 / A1|m|2026-05-01|杯|1|50|0
        / A2|n|2026-05-03|壶|1|70|1"""
    assert figures_of(tmp_path, written) == {"m": (116, 1), "n": (0, 1)}
    priced = f"订单号|会员编号|下单时间|商品|数量|单价|{header} / A1|m|2026-05-01|茶|2|50|1"
    assert figures_of(tmp_path, priced) == {"m": (50, 1)}


def test_an_amount_says_more_than_a_quantity(tmp_path: Path) -> None:
    written = """订单号|会员编号|下单时间|商品|数量|金额|退货数量|退款金额 / A1|m|2026-05-01|茶|2|100|1|45 / A2|m|2026-05-01|杯|1|50|1|0"""
    path = write_csv(tmp_path / "a.csv", rows_of(written))
    with opened(path) as shop:
        assert figures(shop) == {"m": (105, 2)}
        assert not shop.load.report.findings
    net = "订单号|会员编号|下单时间|商品|销售数量|净销售额|退货数量 / A1|m|2026-05-01|茶|2|50|1"
    assert figures_of(tmp_path, net) == {"m": (50, 1)}, "what is left has no more to give back"


@pytest.mark.parametrize(
    "written",
    [
        "订单号|会员编号|下单时间|商品件数|实付金额|退货件数 / A1|m|2026-05-01|3|100|1",
        "订单号|会员编号|下单时间|实付金额|退货数量 / A1|m|2026-05-01|100|1",
        "订单号|会员编号|下单时间|商品|数量|实付金额|退货数量 / A1|m|2026-05-01|茶;杯|3|100|1",
        "订单号|会员编号|下单时间|商品|数量|实付金额|退货数量 / A1|m|2026-05-01|茶|1|100|2",
        "订单号|会员编号|下单时间|商品|数量|金额|退货数量|退款金额 / A1|m|2026-05-01|茶|2|100|1| / A2|n|2026-05-01|杯|1|50|1|50",
        "订单号|会员编号|下单时间|商品|数量|订单金额|退货数量 / A1|m|2026-05-01|茶|2|100|1 / A1|m|2026-05-01|杯|1|100|0",
    ],
    ids=["a part of an order", "no quantity", "one of several", "more than was bought", "others have an amount", "a total"],
)  # fmt: skip
def test_a_quantity_that_does_not_say_how_much_is_a_finding(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop)["m"] == (100, 1)
        (note,) = shop.load.report.findings
        assert note.facts["rows"] == 1


def test_a_quantity_asked_back_and_not_given_is_none(tmp_path: Path) -> None:
    written = """订单号|会员编号|下单时间|商品|数量|金额|退货数量|退款状态 / A1|m|2026-05-01|茶|2|100|1|退款中 / A2|m|2026-05-01|杯|2|60|1|部分退款"""
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (130, 2)}
        assert not shop.load.report.findings


# ---- orders that name a return

NAMED = {
    "each of them": ("订单号|会员编号|付款时间|订单状态|实付金额|退款单号|退款金额 / A1|m|2026-05-01|交易成功|100|R1|30 / A2|n|2026-05-02|交易成功|80|R2|80", {"m": (70, 1), "n": (0, 1)}),
    "in English": ("order_id|customer_id|paid_at|paid_amount|refund_id|refund_amount / A1|m|2026-05-01|100|R1|30", {"m": (70, 1)}),
    "to no avail": ("订单号|会员编号|付款时间|实付金额|退款单号|退款状态|退款金额 / A1|m|2026-05-01|100|R1|退款关闭|0 / A2|m|2026-05-01|100|R2|退款成功|50", {"m": (150, 2)}),
    "a zero for none": ("订单号|会员编号|付款时间|实付金额|退款单号 / A1|m|2026-05-01|100|0 / A2|n|2026-05-02|80|0", {"m": (100, 1), "n": (80, 1)}),
    "a word for none": ("订单号|会员编号|付款时间|实付金额|退款单号 / A1|m|2026-05-01|100|未退款 / A2|n|2026-05-02|80|未退款", {"m": (100, 1), "n": (80, 1)}),
}  # fmt: skip


@pytest.mark.parametrize(("written", "wanted"), NAMED.values(), ids=NAMED)
def test_orders_with_the_number_of_their_return_are_orders(tmp_path: Path, written: str, wanted: dict[str, Figures]):
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == wanted
        assert not shop.load.report.findings


def test_a_list_of_returns_may_repeat_what_its_orders_say_of_themselves(tmp_path: Path) -> None:
    orders = "订单号|会员编号|付款时间|实付金额 / A1|m|2026-05-01|100 / A2|m|2026-05-02|50"
    returns = "退款单号|订单号|会员编号|付款时间|实付金额|退款金额 / R1|A1|m|2026-05-01|100|30"
    assert figures_of(tmp_path, orders, returns) == figures_of(tmp_path, returns, orders) == {"m": (120, 2)}


def test_a_return_of_which_nothing_says_what_it_gave_back_is_a_finding(tmp_path: Path) -> None:
    written = "订单号|会员编号|付款时间|实付金额|退款单号 / A1|m|2026-05-01|100|R1 / A2|n|2026-05-02|80|"
    path = write_csv(tmp_path / "a.csv", rows_of(written))
    with opened(path) as shop:
        assert figures(shop) == {"m": (100, 1), "n": (80, 1)}
        assert [note.facts["header"] for note in shop.load.report.findings] == ["退款单号"]
    returns = write_csv(tmp_path / "b.csv", rows_of("退款单号|订单号|退款时间|退款金额 / R1|A1|2026-05-05|30"))
    with opened(path, returns) as shop:
        assert figures(shop) == {"m": (70, 1), "n": (80, 1)}
        assert not shop.load.report.findings
