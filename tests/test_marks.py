"""Columns that mark rows: returns, void and unpaid orders, the way money went; sheets named for orders not paid."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, skipped, warnings, write_csv, write_parquet, write_xlsx
from siyu_cli.config.settings import Settings
from test_kinds import Figures, figures, figures_of, rows_of


def marked(header: str, sale: str, other: str, *, other_number: str = "2") -> str:
    """Return a sale of 100, and a row of 100 that a column says is something else."""
    return f"单号|会员编号|日期|金额|{header} / 1|m|2026-05-01|100|{sale} / {other_number}|m|2026-05-10|100|{other}"


# ---- returns

RETURNS = {
    "是否退货": ("否", "是"),
    "是否退货单": ("N", "Y"),
    "退货标志": ("", "1"),
    "退货标识": ("0", "1"),
    "销退标识": ("销", "退"),
    "退货标记": ("销售", "退货"),
    "is_return": ("0", "1"),
    "Is Return": ("false", "true"),
    "return_flag": ("N", "Y"),
    "returned": ("no", "yes"),
}


@pytest.mark.parametrize(("header", "words"), RETURNS.items(), ids=RETURNS)
def test_a_row_marked_as_a_return_takes_the_sale_back(tmp_path: Path, header: str, words: tuple[str, str]) -> None:
    assert figures_of(tmp_path, marked(header, *words)) == {"m": (0, 1)}
    assert figures_of(tmp_path, marked(header, *words, other_number="1")) == {"m": (0, 1)}


def test_a_mark_goes_before_a_type_that_says_no_more_than_a_sale(tmp_path: Path) -> None:
    written = """单号|订单类型|会员编号|日期|金额|是否退货 / 1|普通订单|m|2026-05-01|100|否 / 2|普通订单|m|2026-05-10|100|是
        / 3|储值订单|m|2026-05-10|500|否"""
    assert figures_of(tmp_path, written) == {"m": (0, 1)}


def test_a_marked_row_below_zero_is_a_return_once(tmp_path: Path) -> None:
    written = """order_id|customer_id|date|quantity|amount|is_return / 1|m|2026-05-01|2|100|N / 2|m|2026-05-10|-1|-50|Y
        / 3|m|2026-05-10|-1|10|Y"""
    assert figures_of(tmp_path, written) == {"m": (40, 1)}


def test_a_document_marked_as_a_return_gives_back_a_part(tmp_path: Path) -> None:
    written = "单号|会员编号|日期|金额|退货标志 / 1|m|2026-05-01|100|N / 2|m|2026-05-10|30|Y"
    assert figures_of(tmp_path, written) == {"m": (70, 1)}


def test_an_order_that_came_back_itself_is_one_purchase_of_nothing_and_it_is_told(tmp_path: Path) -> None:
    written = (
        "订单号|会员编号|下单时间|金额|是否退货 / 1|m|2026-05-01|100|否 / 2|m|2026-05-10|80|是 / 3|n|2026-05-11|60|是"
    )
    path = write_csv(tmp_path / "a.csv", rows_of(written))
    with opened(path) as shop:
        assert figures(shop) == {"m": (100, 2), "n": (0, 1)}
        (note,) = [note for note in shop.load.report.warnings if "came back" in note.message]
        assert (note.facts["rows"], note.facts["header"]) == (2, "是否退货")
    with opened(path, header_map={"orders.kind": "是否退货"}) as shop:
        assert figures(shop) == {"m": (20, 1), "n": (-60, 0)}


def test_an_item_that_came_back_is_taken_from_its_order(tmp_path: Path) -> None:
    written = """订单号|会员编号|下单时间|商品|金额|是否退货 / 1|m|2026-05-01 10:00|茶|70|否 / 1|m|2026-05-01 10:00|杯|30|是"""
    assert figures_of(tmp_path, written) == {"m": (70, 1)}


@pytest.mark.parametrize(("header", "no", "yes"), [
    ("是否退款", "否", "是"), ("是否已退款", "N", "Y"), ("refunded", "0", "1"), ("is_refunded", "false", "true"), ("退款", "否", "是"),
])  # fmt: skip
def test_an_order_marked_as_refunded_gave_back_what_was_paid(tmp_path: Path, header: str, no: str, yes: str) -> None:
    assert figures_of(tmp_path, marked(header, no, yes)) == {"m": (100, 1)}


# ---- void, cancelled, not valid, not paid

NO_PURCHASE = {
    "是否作废": ("否", "是", "cancelled"),
    "作废标志": ("", "1", "cancelled"),
    "作废": ("正常", "已作废", "cancelled"),
    "是否取消": ("0", "1", "cancelled"),
    "是否删除": ("N", "Y", "cancelled"),
    "是否挂单": ("否", "是", "cancelled"),
    "void": ("N", "Y", "cancelled"),
    "is_voided": ("0", "1", "cancelled"),
    "cancelled": ("N", "Y", "cancelled"),
    "Is Canceled": ("false", "true", "cancelled"),
    "是否有效": ("是", "否", "cancelled"),
    "is_valid": ("1", "0", "cancelled"),
    "是否付款": ("是", "否", "unpaid"),
    "is_paid": ("true", "false", "unpaid"),
    "paid": ("Y", "N", "unpaid"),
}


@pytest.mark.parametrize(("header", "words"), NO_PURCHASE.items(), ids=NO_PURCHASE)
def test_a_row_marked_as_void_or_unpaid_is_no_purchase(
    tmp_path: Path, header: str, words: tuple[str, str, str]
) -> None:
    sale, other, rule = words
    with opened(write_csv(tmp_path / "a.csv", rows_of(marked(header, sale, other)))) as shop:
        assert figures(shop) == {"m": (100, 1)}
        assert skipped(shop) == {rule: 1}


def test_two_marks_beside_a_kind_each_have_their_say(tmp_path: Path) -> None:
    written = """单号|类型|会员编号|日期|金额|是否作废|是否取消|是否退货 / 1|销售|m|2026-05-01|100|否|否|否 / 2|销售|m|2026-05-02|100|是|否|否
        / 3|销售|m|2026-05-03|100|否|是|否 / 4|退货|m|2026-05-04|100|是|否|是 / 5|销售|m|2026-05-05|100|否|否|是"""
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (0, 1)}
        assert skipped(shop) == {"cancelled": 3}


def test_a_typed_file_marks_its_rows_with_true_and_false(tmp_path: Path) -> None:
    columns = {
        "order_id": ["1", "2", "3"], "customer_id": ["m", "m", "m"], "date": ["2026-05-01", "2026-05-02", "2026-05-03"],
        "amount": [100.0, 100.0, 40.0], "is_return": [False, True, False], "void": [False, False, True],
    }  # fmt: skip
    with opened(write_parquet(tmp_path / "a.parquet", columns)) as shop:
        assert figures(shop) == {"m": (0, 1)}


def test_marks_nobody_knows_are_told_and_can_be_settled(tmp_path: Path) -> None:
    rows = rows_of("单号|会员编号|日期|金额|收支方向 / 1|m|2026-05-01|100|收入 / 2|m|2026-05-10|100|支出")
    late = [[str(number), "m", "2026-05-20", "10", "收入"] for number in range(3, 40)]
    path = write_csv(tmp_path / "a.csv", [*rows, *late, ["99", "m", "2026-05-30", "10", "Z9"]])
    with opened(path) as shop:
        assert figures(shop) == {"m": (380, 39)}
        assert [note.facts["words"] for note in shop.load.report.findings] == ["Z9"]
    with opened(path, settings=Settings(kinds={"Z9": "return"})) as shop:
        assert figures(shop) == {"m": (360, 38)}
        assert not shop.load.report.findings


def test_questions_that_are_not_about_the_row_change_nothing(tmp_path: Path) -> None:
    written = (
        "单号|会员编号|日期|金额|是否会员|是否开票|是否首单 / 1|m|2026-05-01|100|是|是|是 / 2|m|2026-05-10|50|否|否|否"
    )
    assert figures_of(tmp_path, written) == {"m": (150, 2)}


# ---- which way the money went


@pytest.mark.parametrize(
    ("header", "words"),
    [("收支方向", ("收入", "支出")), ("收支类型", ("收入", "支出")), ("收付方向", ("收", "付")), ("direction", ("in", "out")),
     ("借贷方向", ("贷", "借"))],
)  # fmt: skip
def test_money_that_went_out_was_given_back(tmp_path: Path, header: str, words: tuple[str, str]) -> None:
    assert figures_of(tmp_path, marked(header, *words)) == {"m": (0, 1)}


def test_which_side_of_a_ledger_is_sales_most_rows_say_and_it_is_told(tmp_path: Path) -> None:
    written = "单号|会员编号|日期|金额|借贷标志 / 1|m|2026-05-01|100|借 / 2|m|2026-05-02|50|借 / 3|m|2026-05-10|30|贷"
    path = write_csv(tmp_path / "a.csv", rows_of(written))
    with opened(path) as shop:
        assert figures(shop) == {"m": (120, 2)}
        assert any("借 under 借贷标志" in text for text in warnings(shop))
    with opened(path, settings=Settings(kinds={"借": "return", "贷": "sale"})) as shop:
        assert figures(shop) == {"m": (-120, 1)}


def test_what_is_spent_from_a_balance_goes_out_of_it_and_is_a_sale(tmp_path: Path) -> None:
    written = """流水号|会员编号|时间|类型|收支类型|金额|余额 / 1|m|2026-05-01|充值|收入|500|500 / 2|m|2026-05-02|消费|支出|100|400
        / 3|m|2026-05-03|消费|支出|50|350"""
    assert figures_of(tmp_path, written) == {"m": (150, 2)}


# ---- sheets of orders that were not paid


@pytest.mark.parametrize(
    "name", ["待付款", "未付款订单", "待支付", "待买家付款", "未支付", "unpaid", "Pending payment", "挂单", "草稿"]
)
@pytest.mark.parametrize("header", ["单号|会员编号|日期|金额", "单号|会员编号|日期|金额|订单类型"])
def test_a_sheet_named_for_orders_not_paid_holds_no_purchase(tmp_path: Path, name: str, header: str) -> None:
    width = header.count("|") + 1
    paid, unpaid = (["1", "m", "2026-06-01", "100", "普通订单"], ["2", "m", "2026-06-02", "70", "普通订单"])
    sheets = {"已完成": [header.split("|"), paid[:width]], name: [header.split("|"), unpaid[:width]]}
    with opened(write_xlsx(tmp_path / "订单.xlsx", sheets)) as shop:
        assert figures(shop) == {"m": (100, 1)}
        assert skipped(shop) == {"unpaid": 1}


def test_a_file_named_for_orders_not_paid_holds_no_purchase(tmp_path: Path) -> None:
    paths = [write_csv(tmp_path / f"{name}.csv", rows_of(f"单号|会员编号|日期|金额 / {number}|m|2026-06-01|100"))
             for number, name in enumerate(("已付款订单", "待付款订单"))]  # fmt: skip
    expected: dict[str, Figures] = {"m": (100, 1)}
    with opened(*paths) as shop:
        assert figures(shop) == expected


# ---- logs of a balance

SPENT_BELOW_ZERO = {
    "a kind": "流水号|会员编号|时间|类型|金额 / 1|m|2026-05-01|充值|500 / 2|m|2026-05-02|消费|-100 / 3|m|2026-05-03|消费|-50",
    "with what was left": "流水号|会员编号|时间|类型|金额|余额 / 1|m|2026-05-01|充值|500|500 / 2|m|2026-05-02|消费|-100|400 / 3|m|2026-05-03|消费|-50|350",
    "in English": "txn id|customer id|date|type|amount / 1|m|2026-05-01|Top-up|500 / 2|m|2026-05-02|Payment|-100 / 3|m|2026-05-03|Purchase|-50",
    "no top-up in sight": "流水号|会员编号|时间|类型|金额 / 2|m|2026-05-02|余额消费|-100 / 3|m|2026-05-03|余额消费|-50",
    "a direction": "流水号|会员编号|时间|收支类型|金额|余额 / 1|m|2026-05-01|收入|500|500 / 2|m|2026-05-02|支出|-100|400 / 3|m|2026-05-03|支出|-50|350",
    "a kind and a direction": "流水号|会员编号|时间|类型|收支方向|金额 / 1|m|2026-05-01|充值|收入|500 / 2|m|2026-05-02|消费|支出|-100 / 3|m|2026-05-03|消费|支出|-50",
    "no word at all": "流水号|会员编号|时间|金额|账户余额 / 1|m|2026-05-01|500|500 / 2|m|2026-05-02|-100|400 / 3|m|2026-05-03|-50|350",
}  # fmt: skip


@pytest.mark.parametrize("written", SPENT_BELOW_ZERO.values(), ids=SPENT_BELOW_ZERO)
def test_what_is_spent_from_a_balance_is_a_purchase_though_it_is_below_zero(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (150, 2)}
        assert skipped(shop) in ({"topup": 1}, {})


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_refund_to_a_balance_stays_a_refund(tmp_path: Path, sign: str) -> None:
    written = f"""流水号|会员编号|时间|类型|金额 / 1|m|2026-05-01|充值|500 / 2|m|2026-05-02|消费|-100 / 3|m|2026-05-03|消费|-50
        / 4|m|2026-05-04|退款|{sign}50 / 5|m|2026-05-05|充值退款|-20"""
    assert figures_of(tmp_path, written) == {"m": (100, 2)}


def test_a_sale_below_zero_among_sales_is_still_given_back(tmp_path: Path) -> None:
    written = (
        """单号|类型|会员编号|日期|金额 / 1|消费|m|2026-05-01|100 / 2|消费|m|2026-05-02|60 / 3|消费|m|2026-05-10|-60"""
    )
    assert figures_of(tmp_path, written) == {"m": (100, 2)}
