"""What a row of an order export is: a sale, a return, a top-up, a part of another order, in another currency."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from exports import (
    assert_every_row_is_accounted_for,
    export,
    listed,
    opened,
    order_lines,
    rejects,
    skipped,
    table,
    warnings,
    write_csv,
    write_parquet,
    write_xlsx,
    youzan_order,
)
from siyu_cli import Shop as OpenShop
from siyu_cli.config.settings import OrderSettings, Settings, ShopSettings

Figures = tuple[int, int]


def rows_of(text: str) -> list[list[str]]:
    return table(" ".join(text.split()).replace("/", "\n").replace("\\", "/"))


def figures(shop: OpenShop) -> dict[str, Figures]:
    """Return each buyer's net sales and purchases; every row is accounted for."""
    assert_every_row_is_accounted_for(shop)
    return {key: (int(row["net_sales"]), row["order_count"]) for key, row in listed(shop).items()}


def figures_of(folder: Path, *files: str, **more: object) -> dict[str, Figures]:
    paths = [write_csv(folder / f"{number}.csv", rows_of(text)) for number, text in enumerate(files)]
    with opened(*paths, **more) as shop:
        return figures(shop)


# ---- lists of returns


@pytest.mark.parametrize(
    ("word", "left"),
    [("买家撤销退款", 50), ("商家驳回", 50), ("客服已关闭此退款", 50), ("取消订单退款成功", 0), ("退了一点", 0)],
)
def test_a_refund_that_came_to_nothing_is_none_whatever_it_is_called(tmp_path: Path, word: str, left: int):
    sales = "订单号|会员编号|付款时间|实付金额 / E1|M1|2026-05-01|100 / E2|M2|2026-05-02|50"
    returns = (
        f"退款编号|订单编号|退款金额|退款状态|退款完成时间 / T1|E1|20|退款成功|2026-05-03 / T2|E2|50|{word}|2026-05-03"
    )
    assert {key: net for key, (net, _) in figures_of(tmp_path, sales, returns).items()} == {"M1": 80, "M2": left}


# ---- numbers that begin anew, and words that only speak of returns


def test_a_receipt_number_that_several_members_have_is_no_repeated_total(tmp_path: Path):
    written = """会员卡号|销售日期|小票号|商品编码|金额 / K1|2026-06-01|0001|P1|30 / K1|2026-06-01|0001|P2|30
        / K2|2026-06-02|0001|P1|30 / K2|2026-06-02|0001|P3|30 / K3|2026-06-03|0001|P1|30"""
    assert figures_of(tmp_path, written) == {"K1": (60, 1), "K2": (60, 1), "K3": (30, 1)}


def test_receipt_numbers_that_begin_anew_every_day_are_orders_of_their_day(tmp_path: Path):
    written = """小票号|会员卡号|交易时间|实收金额 / 1|K1|2026-04-01 10:00|30 / 2|K2|2026-04-01 11:00|30 / 1|K1|2026-05-15 10:00|40
        / 2|K3|2026-05-15 11:00|30 / 1|K1|2026-06-20 10:00|50 / 1|K2|2026-06-21 10:00|50"""
    assert figures_of(tmp_path, written) == {"K1": (120, 3), "K2": (80, 2), "K3": (30, 1)}


def test_the_terms_of_a_return_are_none(tmp_path: Path):
    written = """订单号|会员编号|下单时间|类型|实付金额 / A1|M1|2026-06-01|不支持退货|20 / A2|M2|2026-06-01|七天无理由退货|30
        / A3|M3|2026-06-01|普通|40"""
    assert figures_of(tmp_path, written) == {"M1": (20, 1), "M2": (30, 1), "M3": (40, 1)}


def test_a_word_for_nobody_is_a_guest(tmp_path: Path):
    written = """订单号|会员编号|下单时间|实付金额 / 1|散客|2026-06-01|10 / 2|散客|2026-06-02|20 / 3|M1|2026-06-03|30"""
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"M1": (30, 1)}
        assert skipped(shop) == {"no_member": 2}


def test_a_sheet_of_top_ups_or_cancelled_orders_beside_the_sales_says_so_by_its_name(tmp_path: Path):
    header = ["单号", "会员编号", "日期", "金额"]
    path = write_xlsx(tmp_path / "门店.xlsx", {
        "消费记录": [header, ["1", "C1", "2026-06-01", "100"], ["2", "C2", "2026-06-02", "50"]],
        "充值记录": [header, ["9", "C1", "2026-05-05", "1000"]],
        "已取消": [header, ["8", "C2", "2026-05-06", "70"]],
    })  # fmt: skip
    with opened(path) as shop:
        assert figures(shop) == {"C1": (100, 1), "C2": (50, 1)}
        assert skipped(shop) == {"topup": 1, "cancelled": 1}


# ---- stored value

SPENT_FROM_A_CARD = {
    "beside the paid amount": "订单号|会员编号|付款时间|实付金额|储值支付 / 1|m|2026-05-01|100|0 / 2|m|2026-05-10|0|200 / 3|m|2026-05-11|30|50",
    "a part of it": "订单号|会员编号|付款时间|实收金额|储值卡支付 / 1|m|2026-05-01|100|0 / 2|m|2026-05-10|200|200 / 3|m|2026-05-11|80|50",
    "after a top-up": "订单号|类型|会员编号|付款时间|实付金额|余额支付金额 / 9|充值|m|2026-04-30|500| / 1|消费|m|2026-05-01|100|"
                      " / 2|消费|m|2026-05-10|0|200 / 3|消费|m|2026-05-11|80|",
}  # fmt: skip


@pytest.mark.parametrize("written", SPENT_FROM_A_CARD.values(), ids=SPENT_FROM_A_CARD)
def test_what_is_spent_from_stored_value_is_a_purchase_once(tmp_path: Path, written: str):
    assert figures_of(tmp_path, written) == {"m": (380, 3)}


# ---- returns

SALE_AND_RETURN = {
    "a till's kinds of documents": "单号|单据类型|会员卡号|日期|金额 / 1|销售|m|2026-05-01|100 / 2|退货|m|2026-05-10|100",
    "kinds in English": "receipt no|type|customer id|date|amount / 1|Sale|m|2026-05-01|100 / 2|Return|m|2026-05-10|100",
    "negative amounts": "单号|业务类型|会员卡号|日期|金额 / 1|消费|m|2026-05-01|100 / 2|退款|m|2026-05-10|-100",
    "a negative quantity": "单号|会员卡号|日期|数量|金额 / 1|m|2026-05-01|1|100 / 2|m|2026-05-10|-1|100",
    "both negative": "单号|会员卡号|日期|数量|金额 / 1|m|2026-05-01|1|100 / 2|m|2026-05-10|-1|-100",
    "the same number": "单号|交易类型|会员卡号|日期|金额 / 1|销售|m|2026-05-01|100 / 1|退货|m|2026-05-10|100",
    "its original": "单号|原单号|类型|会员卡号|日期|金额 / 1||销售|m|2026-05-01|100 / 2|1|退货|m|2026-05-10|100",
    "a red document": "单号|单据类型|会员卡号|日期|金额 / 1|销售|m|2026-05-01|100 / 2|红字销售单|m|2026-05-10|100",
    "a credit note": "Invoice No|Type|Customer ID|Invoice Date|Total / I1|Invoice|m|2026-05-01|100 / C1|Credit Note|m|2026-05-02|100",
    "a sale of a negative quantity": "单号|单据类型|会员编号|日期|数量|金额 / 1|销售|m|2026-05-01|1|100 / 2|销售|m|2026-05-02|-1|100",
    "a mark of red": "单号|红冲标志|会员编号|日期|金额 / 1|蓝字|m|2026-05-01|100 / 2|红字|m|2026-05-02|100",
    "a status that names documents": "单号|状态|会员卡号|日期|金额 / 1|销售|m|2026-05-01|100 / 2|退货|m|2026-05-10|100",
    "no numbers at all": "会员卡号|类型|日期|金额 / m|销售|2026-05-01|100 / m|退货|2026-05-10|100",
}


@pytest.mark.parametrize("written", SALE_AND_RETURN.values(), ids=SALE_AND_RETURN)
def test_a_sale_that_was_returned_is_one_purchase_of_nothing(tmp_path: Path, written: str) -> None:
    assert figures_of(tmp_path, written) == {"m": (0, 1)}


def test_money_given_back_before_anything_was_shipped_leaves_no_purchase(tmp_path: Path) -> None:
    written = "单号|类型|会员卡号|日期|金额 / 1|销售|m|2026-05-01|100 / 1|退款|m|2026-05-02|100"
    assert figures_of(tmp_path, written) == {"m": (0, 0)}


def test_a_return_falls_on_its_own_day(tmp_path: Path) -> None:
    written = SALE_AND_RETURN["its original"]
    assert figures_of(tmp_path, written, as_of="2026-05-09") == {"m": (100, 1)}
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert [(line["ordered_on"], line["refunded_on"]) for line in order_lines(shop)] == [
            (date(2026, 5, 1), None),
            (date(2026, 5, 10), date(2026, 5, 10)),
        ]


ORDERS = "订单号|会员编号|下单时间|实付金额 / A1|m|2026-05-01|100 / A2|m|2026-05-02|50"
RETURNS = {
    "names order and buyer": "退货单号|原订单号|会员编号|退货时间|退款金额 / T1|A1|m|2026-05-05|100",
    "names the order alone": "退款编号|订单编号|退款金额|退款完结时间 / T1|A1|100|2026-05-05",
    "names the buyer alone": "退货单号|会员编号|退货日期|退货金额 / T1|m|2026-05-05|100",
    "with refunds that came to nothing": "退款编号|订单编号|退款金额|退款时间|退款状态"
    " / T1|A1|100|2026-05-05|退款成功 / T2|A2|50|2026-05-05|退款关闭 / T3|A2|50|2026-05-05|退款中",
    "with a state that says so": "售后单号|订单号|售后类型|售后状态|退款金额|申请时间"
    " / T1|A1|退货退款|售后完成|100|2026-05-05 / T2|A2|换货|换货成功|0|2026-05-05 / T3|A2|仅退款|售后关闭|50|2026-05-05",
    "with an amount that says no more": "退货单号|原订单号|会员编号|退货日期|金额 / T1|A1|m|2026-05-05|100",
    "in English": "return id|order id|customer id|return date|refund amount / T1|A1|m|2026-05-05|100",
}


@pytest.mark.parametrize("written", RETURNS.values(), ids=RETURNS)
def test_a_list_of_returns_beside_orders_is_taken_from_them(tmp_path: Path, written: str) -> None:
    (net, _orders) = figures_of(tmp_path, ORDERS, written)["m"]
    assert net == 50


def test_a_sheet_named_returns_holds_returns_though_its_columns_are_those_of_sales(tmp_path: Path) -> None:
    sales = rows_of("单号|会员卡号|日期|金额 / 1|m|2026-05-01|100")
    back = rows_of("单号|会员卡号|日期|金额 / 2|m|2026-05-03|30")
    with opened(write_xlsx(tmp_path / "a.xlsx", {"销售明细": sales, "退货明细": back})) as shop:
        assert figures(shop) == {"m": (70, 1)}


@pytest.mark.parametrize(
    ("order", "left"),
    [
        ("A1|m|2026-05-01|已完成|100|40", {"m": (60, 1)}),
        ("A1|m|2026-05-01|已完成|100|0", {"m": (60, 1)}),
        ("A1|m|2026-05-01|已完成|100|70", {"m": (30, 1)}),
        ("A1|m|2026-05-01|交易关闭|100|", {}),
    ],
)
def test_a_refund_told_by_the_order_and_by_a_list_of_returns_is_subtracted_once(
    tmp_path: Path, order: str, left: dict[str, Figures]
) -> None:
    orders = f"订单号|会员编号|下单时间|订单状态|实付金额|退款金额 / {order}"
    assert figures_of(tmp_path, orders, "退款单号|订单号|退款时间|退款金额 / T1|A1|2026-05-05|40") == left


def test_a_return_of_what_was_sold_elsewhere_is_a_negative_and_no_purchase(tmp_path: Path) -> None:
    written = "退货单号|原订单号|会员编号|退货时间|退款金额 / T1|Z9|m|2026-05-05|100"
    for least in (None, 0):
        settings = Settings(orders=OrderSettings(min_paid=least))
        assert figures_of(tmp_path, written, settings=settings) == {"m": (-100, 0)}


def test_a_return_of_a_sub_order_is_taken_from_the_whole(tmp_path: Path) -> None:
    family = """订单号|主订单号|会员编号|下单时间|实付金额 / P||m|2026-05-01|300 / C1|P|m|2026-05-01|100
        / C2|P|m|2026-05-01|200"""
    for named, left in (("C1", 200), ("P", 200)):
        back = f"退款单号|订单号|退款时间|退款金额 / R1|{named}|2026-05-06|100"
        assert figures_of(tmp_path, family, back) == {"m": (left, 1)}


def test_a_return_is_of_the_order_of_its_own_buyer_where_numbers_begin_anew_each_day(tmp_path: Path) -> None:
    written = """单号|类型|会员编号|日期|金额 / 1|销售|a|2026-05-01|100 / 1|销售|b|2026-05-02|50
        / 1|退货|b|2026-05-02|50"""
    assert figures_of(tmp_path, written) == {"a": (100, 1), "b": (0, 1)}


def test_returns_in_two_exports_that_overlap_count_once(tmp_path: Path) -> None:
    one = "退货单号|会员编号|退货时间|退款金额 / T1|m|2026-05-05|20 / T2|m|2026-05-06|20"
    two = "退货单号|会员编号|退货时间|退款金额 / T2|m|2026-05-06|20 / T3|m|2026-05-07|20"
    assert figures_of(tmp_path, ORDERS, one, two) == {"m": (90, 2)}


# ---- top-ups, gifts, deposits, exchanges

TILL = (
    "单号|业务类型|会员卡号|日期|金额 / 1|充卡|a|2026-05-01|2000 / 2|耗卡|a|2026-05-05|300 / 3|赠送|a|2026-05-05|50"
    " / 4|提现|a|2026-05-06|70 / 5|作废|a|2026-05-07|90 / 6|充值退款|a|2026-05-08|500"
)


def test_a_top_up_is_no_sale_and_what_is_paid_from_it_is(tmp_path: Path) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(TILL))) as shop:
        assert figures(shop) == {"a": (300, 1)}
        assert skipped(shop) == {"topup": 2, "no_sale": 1, "cancelled": 1}


def test_cards_sold_as_products_are_top_ups_and_their_boxes_are_not(tmp_path: Path) -> None:
    written = """订单号|会员编号|下单时间|商品|实付金额 / 1|a|2026-05-01|会员充值1000元|1000 / 2|a|2026-05-02|洗发水|80
        / 3|b|2026-05-03|Gift Card $50|50 / 4|b|2026-05-03|礼品卡包装盒|15"""
    assert figures_of(tmp_path, written) == {"a": (80, 1), "b": (15, 1)}


def test_a_platform_that_lists_top_ups_among_its_orders_is_no_exception(tmp_path: Path) -> None:
    rows = export("youzan_orders", *(
        youzan_order(订单号=number, 订单类型=kind, 买家手机号="13800000001", 订单实付金额=paid)
        for number, kind, paid in (("E1", "储值订单", "1000"), ("E2", "普通订单", "200"))
    ))  # fmt: skip
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert figures(shop) == {"13800000001": (200, 1)}


@pytest.mark.parametrize(
    "written",
    [
        "单号|款项类型|状态|会员编号|日期|金额 / D1|定金|定金已付|m|2026-05-01|100 / D2|尾款|已完成|m|2026-05-20|400",
        "单号|类型|会员编号|日期|金额 / D1|定金|m|2026-05-01|100 / D1|尾款|m|2026-05-20|400",
        "单号|类型|会员编号|日期|金额 / D1|定金|m|2026-05-01|100 / D2|尾款|m|2026-05-20|400",
        "receipt no|original receipt|type|customer id|date|amount / 7||Deposit|m|2026-05-01|100 / 9|7|Balance|m|2026-05-20|400",
        "订单号|会员编号|下单时间|商品|实付金额 / D1|m|2026-05-01|沙发 定金|100 / D2|m|2026-05-20|沙发 尾款|400",
    ],
)
def test_a_deposit_and_its_balance_are_one_purchase(tmp_path: Path, written: str) -> None:
    assert figures_of(tmp_path, written) == {"m": (500, 1)}
    assert figures_of(tmp_path, written, as_of="2026-05-10") == {"m": (100, 1)}


def test_an_exchange_is_what_its_two_sides_add_up_to_and_no_purchase_of_its_own(tmp_path: Path) -> None:
    written = """单号|单据类型|会员编号|日期|数量|金额 / 1|销售|m|2026-05-01|1|100
        / 2|换货|m|2026-05-09|-1|100 / 2|换货|m|2026-05-09|1|120"""
    assert figures_of(tmp_path, written) == {"m": (120, 1)}


@pytest.mark.parametrize(("header", "sale", "void"), [("Type", "Sale", "Void"), ("单据状态", "正常", "作废")])
def test_a_void_written_below_its_sale_leaves_no_purchase(tmp_path: Path, header: str, sale: str, void: str) -> None:
    written = f"""单号|{header}|会员编号|日期|金额 / 1|{sale}|m|2026-05-01|100 / 2|{sale}|m|2026-05-02|50 / 2|{void}|m|2026-05-02|-50
        / 3|{void}|m|2026-05-03|70 / 4|{void}|m|2026-05-03|-30"""
    assert figures_of(tmp_path, written) == {"m": (100, 1)}


def test_kinds_nobody_knows_are_told_and_can_be_settled(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        rows_of("单号|单据类型|会员编号|日期|金额 / 1|XSCK|m|2026-05-01|100 / 2|XSTH|m|2026-05-09|100"),
    )
    with opened(path) as shop:
        assert figures(shop) == {"m": (200, 2)}
        assert [note.facts["words"] for note in shop.load.report.findings] == ["XSCK, XSTH"]
    with opened(path, settings=Settings(kinds={"XSCK": "sale", "XSTH": "return"})) as shop:
        assert figures(shop) == {"m": (0, 1)}
        assert not shop.load.report.findings


def test_a_type_of_goods_is_no_kind_of_row(tmp_path: Path) -> None:
    written = "单号|类型|会员编号|日期|金额 / 1|女装|m|2026-05-01|60 / 2|男装|m|2026-05-01|30 / 2|礼品|m|2026-05-01|10"
    path = write_csv(tmp_path / "a.csv", rows_of(written))
    with opened(path) as shop:
        assert figures(shop) == {"m": (100, 2)}
        assert not shop.load.report.findings


def test_one_return_among_words_nobody_knows_is_taken_back_and_the_others_are_told(tmp_path: Path) -> None:
    written = "单号|类型|会员编号|日期|金额 / 1|团|m|2026-05-01|100 / 2|散|m|2026-05-02|80 / 3|团|m|2026-05-02|20 / 4|退|m|2026-05-09|50"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (150, 3)}
        assert [note.facts["words"] for note in shop.load.report.findings] == ["团, 散"]


def test_a_till_s_short_words_for_sale_and_return_are_known(tmp_path: Path) -> None:
    written = "单号|类型|会员编号|日期|金额 / 1|销|m|2026-05-01|100 / 2|售|m|2026-05-02|80 / 3|退|m|2026-05-09|60"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (120, 2)}
        assert not shop.load.report.findings


def test_a_total_row_holds_for_what_its_rows_say_or_for_what_they_come_to(tmp_path: Path) -> None:
    sales = "单号|类型|会员编号|日期|金额 / 1|销售|m|2026-06-29|100 / 2|退货|m|2026-06-30|30 / 合计||||"
    for stated, notes in ((130, 0), (70, 0), (100, 1)):
        with opened(write_csv(tmp_path / "a.csv", rows_of(f"{sales}{stated}"))) as shop:
            assert len(warnings(shop)) == notes


# ---- parents and sub-orders

FAMILIES = {
    "a parent with the sum": "订单号|父订单号|会员编号|下单时间|实付金额 / P|||2026-05-01|300",
    "a parent without an amount": "订单号|主订单号|会员编号|下单时间|实付金额 / P||m|2026-05-01|",
    "a parent that names itself": "订单号|母单号|会员编号|下单时间|实付金额 / P|P|m|2026-05-01|300",
    "no parent listed": "订单号|主订单号|会员编号|下单时间|实付金额",
    "0 for none": "order_id|parent_id|customer_id|date_created|total / P|0|m|2026-05-01|300",
}


@pytest.mark.parametrize("written", FAMILIES.values(), ids=FAMILIES)
def test_a_parent_and_its_sub_orders_are_one_purchase(tmp_path: Path, written: str) -> None:
    assert figures_of(tmp_path, f"{written} / C1|P|m|2026-05-01|150 / C2|P|m|2026-05-01|150") == {"m": (300, 1)}


def test_a_parent_and_its_sub_orders_may_stand_in_two_files_and_twice(tmp_path: Path) -> None:
    header = "订单号|主订单号|会员编号|下单时间|实付金额"
    subs = "C1|P|m|2026-05-01|100 / C2|P|m|2026-05-01|200"
    parent = "订单号|会员编号|下单时间|实付金额 / P|m|2026-05-01|300"
    assert figures_of(tmp_path, parent, f"{header} / {subs}") == {"m": (300, 1)}
    assert figures_of(tmp_path, f"{header} / {subs}", f"{header} / P||m|2026-05-01|300 / {subs}") == {"m": (300, 1)}


@pytest.mark.parametrize("amount", ["", "300"])
def test_sub_orders_under_their_parents_number_count_once(tmp_path: Path, amount: str) -> None:
    written = f"""主订单号|子订单号|会员编号|下单时间|商品|实付金额 / P||m|2026-05-01||{amount}
        / P|C1|m|2026-05-01|茶|100 / P|C2|m|2026-05-01|杯|200"""
    assert figures_of(tmp_path, written) == {"m": (300, 1)}


@pytest.mark.parametrize(
    ("rows", "net"),
    [
        ("P||m|2026-05-01|已完成|310|0 / C1|P|m|2026-05-01|已完成|100|0 / C2|P|m|2026-05-01|已完成|200|0", 310),
        ("P||m|2026-05-01|已完成|310|100 / C1|P|m|2026-05-01|已退款|100|100 / C2|P|m|2026-05-01|已完成|200|0", 210),
        ("P||m|2026-05-01|已完成|300|0 / C1|P|m|2026-05-01|已取消|100|0 / C2|P|m|2026-05-01|已完成|200|0", 200),
        ("P||m|2026-05-01|已完成|300|0 / C1|P|m|2026-05-01|已完成|| / C2|P|m|2026-05-01|已完成||", 300),
        ("P||m|2026-05-01|已完成|280|0 / C1|P|m|2026-05-01|已完成|100|0 / C2|P|m|2026-05-01|已完成|200|0", 280),
    ],
    ids=["freight on the parent", "a sub-order refunded", "a sub-order cancelled", "only the parent has an amount", "a discount"],
)  # fmt: skip
def test_what_was_paid_and_given_back_for_a_family_counts_once(tmp_path: Path, rows: str, net: int) -> None:
    written = f"订单号|主订单号|会员编号|下单时间|订单状态|实付金额|退款金额 / {rows}"
    assert figures_of(tmp_path, written) == {"m": (net, 1)}


# ---- currencies


def test_two_currencies_are_never_added(tmp_path: Path) -> None:
    written = """order_id|customer_id|paid_at|currency|paid_amount / 1|a|2026-05-01|EUR|40 / 2|a|2026-05-10|GBP|36
        / 3|b|2026-05-10|JPY|9800 / 4|c|2026-05-10|CNY|120"""
    path = write_csv(tmp_path / "a.csv", rows_of(written))
    with opened(path) as shop:
        assert figures(shop) == {"c": (120, 1)}
        assert skipped(shop) == {"other_currency": 3}
        assert [note.facts["others"] for note in shop.load.report.findings] == ["EUR 40.00, GBP 36.00, JPY 9,800.00"]
    with opened(path, settings=Settings(shop=ShopSettings(currency="EUR"))) as shop:
        assert figures(shop) == {"a": (40, 1)}
        assert not shop.load.report.findings, "the shop has decided"


@pytest.mark.parametrize(
    "amounts", [("¥100", "$12.50"), ("100元", "12.50 USD"), ("￥100", "US$12.50"), ("RMB 100", "€12")]
)
def test_currencies_are_read_from_the_amounts_too(tmp_path: Path, amounts: tuple[str, str]) -> None:
    rows = [["order id", "customer id", "date", "amount"], *(
        [str(number), f"m{number}", "2026-05-01", amount] for number, amount in enumerate(amounts)
    )]  # fmt: skip
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert figures(shop) == {"m0": (100, 1)}
        assert skipped(shop) == {"other_currency": 1}


def test_currencies_are_told_apart_between_files(tmp_path: Path) -> None:
    home = "订单号|会员编号|下单时间|实付金额(元) / 1|m|2026-05-01|70"
    abroad = "order id|customer id|date|amount (USD) / 2|m|2026-05-01|100"
    assert figures_of(tmp_path, home, abroad) == {"m": (70, 1)}
    path = write_csv(tmp_path / "silent.csv", rows_of("订单号|会员编号|下单时间|实付金额 / 1|m|2026-05-01|70"))
    with opened(path, tmp_path / "1.csv") as shop:
        assert [note.facts["file"] for note in shop.load.report.findings] == ["silent.csv"]
    mixed = write_csv(
        tmp_path / "mixed.csv",
        rows_of("order id|customer id|date|amount / 1|m|2026-05-01|$7 / 2|m|2026-05-02|70"),
    )
    with opened(mixed) as shop:
        assert [note.facts["file"] for note in shop.load.report.findings] == ["mixed.csv"]


def test_a_list_without_amounts_has_no_money_in_any_currency(tmp_path: Path) -> None:
    home = write_csv(tmp_path / "a.csv", rows_of("订单号|会员编号|下单时间|实付金额(元) / 1|m|2026-05-01|70"))
    returns = write_csv(tmp_path / "r.csv", rows_of("退款单号|币种|会员编号|退款时间 / R1|USD|m|2026-05-03"))
    with opened(home, returns, header_map={"orders.return_id": "退款单号"}) as shop:
        assert figures(shop) == {"m": (70, 1)}


def test_one_currency_is_used_as_it_is(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of("order id|customer id|date|amount / 1|m|2026-05-01|$70"))
    with opened(path) as shop:
        assert figures(shop) == {"m": (70, 1)}
        assert not shop.load.report.findings


# ---- totals

CUSTOMERS = export("shopify_customers", {"Email": "c@example.com", "Total Spent": "200", "Total Orders": "6"})


def shopify_orders() -> list[list[object]]:
    return export("shopify_orders", *(
        {"Name": f"#{day}", "Email": "c@example.com", "Financial Status": "paid" if day < 3 else "voided",
         "Created at": f"2026-05-0{day} 12:00:00 +0800", "Paid at": f"2026-05-0{day} 12:00:00 +0800", "Total": "100",
         "Fulfillment Status": "fulfilled", "Lineitem quantity": "1", "Lineitem name": "Cream", "Lineitem price": "100",
         "Refunded Amount": "0"}
        for day in range(1, 7)
    ))  # fmt: skip


@pytest.mark.parametrize(("totals", "orders"), [(None, 6), ("larger", 6), ("log", 2)])
def test_totals_that_count_what_the_log_holds_as_cancelled_are_told_and_a_setting_decides(
    tmp_path: Path, totals: str | None, orders: int
) -> None:
    paths = (
        write_csv(tmp_path / "customers.csv", CUSTOMERS),
        write_csv(tmp_path / "orders.csv", shopify_orders()),
    )
    with opened(*paths, settings=Settings(orders=OrderSettings(totals=totals))) as shop:
        (found,) = figures(shop).values()
        assert found == (200, orders)
        assert len(shop.load.report.findings) == (totals is None)


# ---- all of them


def test_the_order_of_rows_and_files_changes_nothing(tmp_path: Path) -> None:
    header, *rows = rows_of(
        """单号|原单号|主订单号|类型|会员编号|日期|金额|币种 / 1|||销售|m|2026-05-01|100|CNY / 2|1||退货|m|2026-05-03|40|CNY
        / 3|||定金|m|2026-05-04|10|CNY / 4|||尾款|m|2026-05-09|90|CNY / 5|||销售|m|2026-05-10|60|USD
        / 6|||销售|n|2026-05-11|300|CNY / 7||6|销售|n|2026-05-11|100|CNY / 8||6|销售|n|2026-05-11|200|CNY"""
    )
    expected = {"m": (160, 2), "n": (300, 1)}
    for number, order in enumerate(list(permutations(rows))[:: 40320 // 5]):
        with opened(write_csv(tmp_path / f"{number}.csv", [header, *order])) as shop:
            assert figures(shop) == expected
        parts = [write_csv(tmp_path / f"{number}-{part}.csv", [header, *order[part::2]]) for part in (0, 1)]
        with opened(*parts) as shop:
            assert figures(shop) == expected


def test_a_typed_file_tells_the_same(tmp_path: Path) -> None:
    columns = {
        "单号": ["1", "2", "3"], "类型": ["销售", "退货", "充值"], "会员编号": ["m", "m", "m"],
        "日期": [date(2026, 5, 1), date(2026, 5, 3), date(2026, 5, 4)], "金额": [100.0, 40.0, 500.0],
    }  # fmt: skip
    with opened(write_parquet(tmp_path / "a.parquet", columns)) as shop:
        assert figures(shop) == {"m": (60, 1)}


def test_a_return_without_a_day_or_an_amount_is_rejected_and_shown(tmp_path: Path) -> None:
    written = (
        "退货单号|会员编号|退货时间|退款金额 / T1|m|2026-05-05| / T2|m||30 / T3|m|05\\06\\26|30 / T4|m|2026-05-05|many"
    )
    with opened(write_csv(tmp_path / "退货.csv", rows_of(written))) as shop:
        assert_every_row_is_accounted_for(shop)
        assert {row["row"]: (row["column"], row["reason"]) for row in rejects(shop)} == {
            2: ("退款金额", "missing_amount"),
            3: ("退货时间", "missing_date"),
            4: ("退货时间", "ambiguous_date"),
            5: ("退款金额", "bad_money"),
        }
        assert not warnings(shop)
