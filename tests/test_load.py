"""Exports become orders: each platform's quirks, what an order is, and the same order in several files."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import (
    HEADERS,
    assert_every_row_is_accounted_for,
    export,
    listed,
    members,
    only_sheet,
    opened,
    order_lines,
    people,
    rejects,
    segment_bytes,
    table,
    warnings,
    write_csv,
    write_ods,
    write_xls,
    write_xlsx,
)
from siyu_cli import Shop
from siyu_cli.errors import DataError, SiyuError


def brief(shop: Shop) -> list[tuple[str, str, str, Decimal, Decimal]]:
    """Return (member, order, status, paid, refunded) of every line."""
    keys = ("member_id", "order_id", "status", "paid_amount", "refunded_amount")
    return [tuple(line[key] for key in keys) for line in order_lines(shop)]  # type: ignore[misc]


def skipped(shop: Shop) -> dict[str, int]:
    return shop.load.report.skipped


# ---- 有赞


def test_youzan_customers_come_with_their_totals_and_without_their_quirks(tmp_path: Path) -> None:
    known = {"客户姓名": "张三", "客户手机号": "13800000001", "免费等级": "银卡", "客户积分": "88", "导购员": "小李",
             "成为客户时间": "2025-02-01 10:00:00", "成为会员时间": "2025-01-05 09:00:00", "消费次数": "3",
             "消费金额": "300.50", "上次消费时间": "2026-06-01 12:00:00", "分销员": "——", "客户生日": " ", "标签": " "}  # fmt: skip
    masked = {"客户姓名": "李四", "客户手机号": "186******05", "成为客户时间": "2025-02-01 10:00:00"}
    with opened(write_csv(tmp_path / "客户.csv", export("youzan_customers", known, masked))) as shop:
        (member,) = members(shop).values()
        assert member["member_id"] == "13800000001"
        assert (member["joined_on"], member["joined_by"]) == (date(2025, 1, 5), "became_member_on")
        assert (member["level"], member["points"], member["owner"]) == ("银卡", 88, "小李")
        assert (member["total_order_count"], member["total_net_sales"]) == (3, Decimal("300.50"))
        assert (member["birthday"], member["tags"]) == (None, None)
        (row,) = rejects(shop)
        assert (row["reason"], row["effect"], row["row"], row["column"]) == (
            "masked_phone",
            "row",
            3,
            "客户手机号",
        )
        assert "186" in row["value"]
        assert only_sheet(shop).preset == "youzan-customers"
        assert_every_row_is_accounted_for(shop)


def youzan_order(**more: str) -> dict[str, str]:
    return {"订单号": "E1", "订单状态": "交易完成", "订单创建时间": "2026-06-01 10:00:00", "买家付款时间": "2026-06-01 10:01:00",
            "订单实付金额": "100.00", "订单退款状态": "未退款", "订单已退款金额": "0.00", "分销员": "——", **more}  # fmt: skip


def test_the_buyer_counts_and_not_the_receiver(tmp_path: Path) -> None:
    bought = youzan_order(买家手机号="13800000001", **{"收货人手机号/提货人手机号": "13900000009"})
    guest = youzan_order(订单号="E2", **{"收货人手机号/提货人手机号": "13900000009"})
    masked_receiver = youzan_order(订单号="E3", **{"收货人手机号/提货人手机号": "139****0009"})
    rows = export("youzan_orders", bought, guest, masked_receiver)
    with opened(write_csv(tmp_path / "订单.csv", rows)) as shop:
        assert [line[0] for line in brief(shop)] == ["13800000001"]
        assert skipped(shop) == {"no_member": 2}, "a guest is skipped, whoever receives the parcel"
        assert not rejects(shop)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"订单状态": "交易完成"}, ("completed", 0)),
        ({"订单状态": "已发货"}, ("shipped", 0)),
        ({"订单状态": "待发货"}, ("paid", 0)),
        ({"订单状态": "交易完成", "订单退款状态": "部分退款", "订单已退款金额": "30"}, ("completed", 30)),
        ({"订单状态": "交易完成", "订单退款状态": "全额退款", "订单已退款金额": "100"}, ("refunded", 100)),
        ({"订单状态": "交易完成", "订单退款状态": "全额退款", "订单已退款金额": ""}, ("refunded", 100)),
        ({"订单状态": "交易关闭", "订单退款状态": "全额退款", "订单已退款金额": "100"}, ("refunded", 100)),
        ({"订单状态": "交易关闭", "订单已退款金额": "100"}, ("refunded", 100)),
        ({"订单状态": "待发货", "订单退款状态": "退款中", "订单已退款金额": "0"}, ("paid", 0)),
        ({"订单状态": "交易完成", "订单退款状态": "退款成功", "订单已退款金额": "30"}, ("completed", 30)),
    ],
)
def test_what_an_order_s_words_and_refund_make_of_it(
    tmp_path: Path, words: dict[str, str], expected: tuple[str, int]
) -> None:
    path = write_csv(
        tmp_path / "订单.csv", export("youzan_orders", youzan_order(买家手机号="13800000001", **words))
    )
    with opened(path) as shop:
        assert [line[2:] for line in brief(shop)] == [(expected[0], 100, expected[1])]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({"订单状态": "待付款", "买家付款时间": "", "订单实付金额": "0"}, "unpaid"),
        ({"订单状态": "交易关闭", "买家付款时间": "", "订单实付金额": "0"}, "cancelled"),
        ({"订单状态": "交易关闭"}, "cancelled"),
        ({"订单创建时间": "2026-07-01 10:00:00", "买家付款时间": "2026-07-01 10:00:00"}, "after_as_of"),
    ],
)
def test_orders_that_are_none_are_skipped_by_a_named_rule(
    tmp_path: Path, words: dict[str, str], rule: str
) -> None:
    rows = export("youzan_orders", youzan_order(买家手机号="13800000001", **words))
    with opened(write_csv(tmp_path / "订单.csv", rows)) as shop:
        assert skipped(shop) == {rule: 1}
        assert not listed(shop)


def test_an_unknown_status_is_rejected_and_an_unknown_refund_word_is_shown(tmp_path: Path) -> None:
    odd = youzan_order(买家手机号="13800000001", 订单状态="飞走了")
    half = youzan_order(订单号="E2", 买家手机号="13800000001", 订单退款状态="退了一点")
    with opened(write_csv(tmp_path / "订单.csv", export("youzan_orders", odd, half))) as shop:
        shown = {
            (row["row"], row["column"], row["value"], row["reason"], row["effect"]) for row in rejects(shop)
        }
        assert shown == {
            (2, "订单状态", "飞走了", "unknown_status", "row"),
            (3, "订单退款状态", "退了一点", "unknown_status", "cell"),
        }
        assert [line[1] for line in brief(shop)] == ["E2"]
        assert_every_row_is_accounted_for(shop)


# ---- 淘宝/天猫


def taobao_order(**more: str) -> dict[str, str]:
    return {"订单编号": '="3100000000000000001"', "买家会员名": "tb甲", "买家实际支付金额": "100.00", "订单状态": "交易成功",
            "联系手机": "'13900000009", "订单创建时间": "2026-06-01 10:00:00", "订单付款时间 ": "2026-06-01 10:01:00",
            "卖家服务费": "0元", "订单关闭原因": "订单未关闭", **more}  # fmt: skip


def test_a_taobao_report_in_gbk_names_its_buyers_by_account(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "ExportOrderList.csv", export("taobao_orders", taobao_order()), "gbk")
    with opened(path) as shop:
        assert brief(shop) == [("淘宝/天猫:tb甲", "3100000000000000001", "completed", 100, 0)]
        assert only_sheet(shop).encoding == "gb18030"
        assert only_sheet(shop).dropped == ("收货地址",)
        assert not rejects(shop), "the receiver's phone is nobody's key beside a buyer account"


def test_a_taobao_order_closed_after_a_refund_was_a_refund_and_one_never_paid_was_none(
    tmp_path: Path,
) -> None:
    closed = {"订单状态": "交易关闭"}
    rows = export(
        "taobao_orders",
        taobao_order(**closed, 订单关闭原因="退款"),
        taobao_order(
            **closed,
            订单编号='="2"',
            订单关闭原因="买家未付款",
            买家实际支付金额="0",
            **{"订单付款时间 ": ""},
        ),
    )
    with opened(write_csv(tmp_path / "orders.csv", rows, "gb18030")) as shop:
        assert [line[2:] for line in brief(shop)] == [("refunded", 100, 100)]
        assert skipped(shop) == {"cancelled": 1}
        assert listed(shop)["淘宝/天猫:tb甲"]["stage"] == "unknown"


def taobao_item(**more: str) -> dict[str, str]:
    return {"子订单编号": "9001", "主订单编号": "3100000000000000001", "商品标题": "茶", "商品价格": "60", "购买数量": "1",
            "订单状态": "交易成功", "买家实付金额": "60.00", "退款状态": "没有申请退款", "退款金额": "无退款申请",
            "订单创建时间": "2026-06-01 10:00:00", "订单付款时间": "2026-06-01 10:01:00", **more}  # fmt: skip


def test_an_item_report_without_buyers_stands_aside_where_there_are_orders_and_is_an_error_alone(
    tmp_path: Path,
) -> None:
    items = write_csv(tmp_path / "宝贝.csv", export("taobao_items", taobao_item()))
    orders = write_csv(tmp_path / "订单.csv", export("taobao_orders", taobao_order()), "gbk")
    with opened(orders, items) as shop:
        assert [line[3] for line in brief(shop)] == [100]
        assert skipped(shop) == {"no_buyer_column": 1}
        assert "宝贝.csv names no buyer and was left out." in warnings(shop)
        assert_every_row_is_accounted_for(shop)
    with pytest.raises(DataError, match="names no buyer"):
        opened(items)


def test_items_sum_up_to_their_order_and_give_back_their_own_refunds(tmp_path: Path) -> None:
    header = [*HEADERS["taobao_items"], "买家会员名"]
    items = [
        taobao_item(),
        taobao_item(
            子订单编号="9002", 商品标题="杯", 买家实付金额="40", 退款状态="退款成功", 退款金额="40.00"
        ),
        taobao_item(
            子订单编号="9003", 商品标题="壶", 买家实付金额="50", 退款状态="退款成功", 退款金额="10.00"
        ),
    ]
    rows = [header, *[[{**item, "买家会员名": "tb甲"}.get(name, "") for name in header] for item in items]]
    with opened(write_csv(tmp_path / "宝贝.csv", rows)) as shop:
        member = listed(shop)["淘宝/天猫:tb甲"]
        assert (member["order_count"], member["order_days"], member["net_sales"]) == (1, 1, Decimal("100.00"))


@pytest.mark.parametrize("kind", ["qianniu", "pdd"])
def test_an_export_without_buyers_alone_ends_in_an_error_that_says_what_to_export(
    tmp_path: Path, kind: str
) -> None:
    record = {
        "qianniu": {"订单编号": "1", "买家实付金额": "9", "订单创建时间": "2026-06-01 10:00:00"},
        "pdd": {"订单号": "260601-1", "用户实付金额(元)": "9", "订单状态": "已收货"},
    }[kind]
    path = write_csv(tmp_path / f"{kind}.csv", export(kind, record))
    with pytest.raises(DataError) as caught:
        opened(path)
    assert f"{kind}.csv" in str(caught.value)
    assert "phone or id" in (caught.value.hint or "")
    beside = write_csv(tmp_path / "订单.csv", export("orders", {
        "订单号": "A1", "会员编号": "M1", "下单时间": "2026-06-01", "付款时间": "2026-06-01", "实付金额": "5",
    }))  # fmt: skip
    with opened(path, beside) as shop:
        assert [line[0] for line in brief(shop)] == ["M1"]
        assert any("names no buyer" in note for note in warnings(shop))


def test_a_pinduoduo_order_without_a_time_is_dated_by_its_number(tmp_path: Path) -> None:
    header = [*HEADERS["pdd"], "会员编号"]
    order = {
        "订单号": "260601-123",
        "订单状态": "已收货",
        "用户实付金额(元)": "19.9",
        "售后状态": "无售后或售后取消",
        "会员编号": "M1",
    }
    refunded = {**order, "订单号": "260602-456", "售后状态": "退款成功"}
    rows = [header, *[[each.get(name, "") for name in header] for each in (order, refunded)]]
    with opened(write_csv(tmp_path / "pdd.csv", rows)) as shop:
        assert [(line["order_id"], line["ordered_on"]) for line in order_lines(shop)] == [
            ("260601-123", date(2026, 6, 1)),
            ("260602-456", date(2026, 6, 2)),
        ]
        assert [line[2] for line in brief(shop)] == ["completed", "refunded"]


# ---- 京东


def jd_row(**more: str) -> dict[str, str]:
    return {"订单号": "J1", "商品ID": "1", "商品名称": "茶", "订购数量": "1", "下单时间": "2026-06-01 10:00:00", "京东价": "60",
            "结算金额": "100.00", "订单金额": "100.00", "订单状态": "完成", "下单帐号": "jd甲", "联系电话": "1******6198",
            "付款确认时间": "2026-06-01 10:05:00", **more}  # fmt: skip


def test_a_jd_total_that_repeats_on_each_item_row_counts_once(tmp_path: Path) -> None:
    rows = export(
        "jd", jd_row(), jd_row(商品ID="2", 商品名称="杯", 京东价="40"), jd_row(订单号="J2", 结算金额="7")
    )
    with opened(write_csv(tmp_path / "jd.csv", rows)) as shop:
        assert brief(shop) == [
            ("京东:jd甲", "J1", "completed", 100, 0),
            ("京东:jd甲", "J2", "completed", 7, 0),
        ]
        assert skipped(shop) == {"order_total_repeated": 1}
        assert only_sheet(shop).amount_scope == "order"
        assert not rejects(shop)


def test_jd_deleted_orders_are_cancelled_and_words_beside_an_amount_are_no_part_of_it(tmp_path: Path) -> None:
    deleted = jd_row(订单号="J2", 订单状态="(删除)等待出库")
    with opened(write_csv(tmp_path / "jd.csv", export("jd", jd_row(), deleted))) as shop:
        assert [line[1] for line in brief(shop)] == ["J1"]
        assert skipped(shop) == {"cancelled": 1}
    calculated = {"订单号": "J3", "商品名称": "茶", "订购数量": "1", "下单时间": "2026-06-01 10:00:00", "订单状态": "已完成",
                  "订单金额": "499.00（系统计算中，该值仅供参考）", "下单帐号": "jd乙"}  # fmt: skip
    with opened(write_xlsx(tmp_path / "jd.xlsx", export("jd_2026", calculated))) as shop:
        assert [line[3] for line in brief(shop)] == [499]


def test_an_order_whose_totals_differ_is_rejected_whole_unless_a_later_row_settles_it(tmp_path: Path) -> None:
    differing = [jd_row(), jd_row(商品ID="2", 结算金额="90")]
    for rows in (differing, differing[::-1]):
        path = write_csv(tmp_path / "jd.csv", export("jd", *rows, jd_row(订单号="J2")))
        with opened(path) as shop:
            assert [line[1] for line in brief(shop)] == ["J2"]
            assert [(row["reason"], row["effect"]) for row in rejects(shop)] == [
                ("order_conflict", "row")
            ] * 2
            assert_every_row_is_accounted_for(shop)
    later = [jd_row(), jd_row(商品ID="2", 结算金额="90", 订单完成时间="2026-06-09 10:00:00")]
    for rows in (later, later[::-1]):
        with opened(write_csv(tmp_path / "jd.csv", export("jd", *rows))) as shop:
            assert [line[3] for line in brief(shop)] == [90]


# ---- 抖店


def douyin_row(**more: str) -> dict[str, str]:
    return {"主订单编号": "\t6917000000000000001", "子订单编号": "\t6917000000000000002", "选购商品": "茶", "商品数量": "1",
            "商品单价": "60", "订单应付金额": "60.00", "收件人手机号": "13800000001", "订单提交时间": "2026-06-01 10:00:00",
            "支付完成时间": "2026-06-01 10:00:30", "订单状态": "已完成", "售后状态": "-", "发货时间": "-", **more}  # fmt: skip


def test_douyin_items_are_summed_and_their_receiver_stands_for_the_buyer_nobody_names(tmp_path: Path) -> None:
    second = douyin_row(子订单编号="\t6917000000000000003", 选购商品="杯", 订单应付金额="40")
    rows = export("douyin", douyin_row(), second)
    rows[1].append("")  # a cell more than the header has
    with opened(write_csv(tmp_path / "抖店.csv", rows)) as shop:
        assert [line[:2] for line in brief(shop)] == [("13800000001", "6917000000000000001")] * 2
        assert listed(shop)["13800000001"]["net_sales"] == 100
        assert not rejects(shop)


def test_a_ciphered_phone_is_never_a_key(tmp_path: Path) -> None:
    rows = export(
        "douyin",
        douyin_row(收件人手机号="##密文AbC=="),
        douyin_row(主订单编号="2", 收件人手机号="$$密文AbC=="),
    )
    with opened(write_csv(tmp_path / "抖店.csv", export("douyin", douyin_row()) + rows[1:])) as shop:
        assert list(listed(shop)) == ["13800000001"]
        assert [(row["reason"], row["effect"], row["row"]) for row in rejects(shop)] == [
            ("masked_phone", "row", 3),
            ("masked_phone", "row", 4),
        ]


def test_the_order_view_and_the_item_view_of_the_same_orders_count_once(tmp_path: Path) -> None:
    items = [douyin_row(), douyin_row(子订单编号="\t6917000000000000003", 选购商品="杯", 订单应付金额="40")]
    order = douyin_row(
        子订单编号="6917000000000000002;6917000000000000003", 选购商品="茶;杯", 订单应付金额="100"
    )
    views = [
        write_csv(tmp_path / "子订单.csv", export("douyin", *items)),
        write_csv(tmp_path / "订单.csv", export("douyin", order)),
    ]
    for paths in (views, views[::-1]):
        with opened(*paths) as shop:
            assert listed(shop)["13800000001"]["net_sales"] == 100
            assert skipped(shop) == {"item_detail": 2}
            assert_every_row_is_accounted_for(shop)


def test_an_order_view_is_told_by_any_of_its_rows(tmp_path: Path) -> None:
    singles = [douyin_row(主订单编号=f"{number}", 子订单编号=f"{number}1") for number in range(100, 170)]
    joined = douyin_row(子订单编号="1;2")
    with opened(write_csv(tmp_path / "订单.csv", export("douyin", *singles, joined))) as shop:
        assert only_sheet(shop).amount_scope == "order"


# ---- Shopify


def shopify_row(**more: str) -> dict[str, str]:
    return {"Name": "#1001", "Email": "a@example.com", "Financial Status": "paid", "Paid at": "2026-06-01 01:00:00 +0000",
            "Total": "100.00", "Created at": "2026-06-01 01:00:00 +0000", "Lineitem quantity": "1", "Lineitem name": "Tea",
            "Lineitem price": "60.00", "Billing Zip": "'00501", "Phone": "'13800000001", "Refunded Amount": "0.00", **more}  # fmt: skip


def test_shopify_s_second_item_rows_leave_the_order_blank_and_add_nothing(tmp_path: Path) -> None:
    second = {"Name": "#1001", "Lineitem quantity": "2", "Lineitem name": "Cup", "Lineitem price": "20.00"}
    with opened(write_csv(tmp_path / "orders.csv", export("shopify_orders", shopify_row(), second))) as shop:
        assert brief(shop) == [("13800000001", "#1001", "paid", 100, 0)]
        assert skipped(shop) == {"item_detail": 1}
        assert not rejects(shop)


def test_shopify_times_move_to_the_shop_s_day(tmp_path: Path) -> None:
    late = shopify_row(**{"Paid at": "2026-05-31 12:30:00 -0400", "Created at": "2026-05-31 12:00:00 -0400"})
    with opened(write_csv(tmp_path / "orders.csv", export("shopify_orders", late))) as shop:
        assert [line["ordered_on"] for line in order_lines(shop)] == [date(2026, 6, 1)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"Financial Status": "partially_refunded", "Refunded Amount": "30"}, [("paid", 100, 30)]),
        ({"Financial Status": "refunded", "Refunded Amount": "100"}, [("refunded", 100, 100)]),
        ({"Financial Status": "refunded", "Refunded Amount": ""}, [("refunded", 100, 100)]),
        ({"Financial Status": "paid", "Cancelled at": "2026-06-02 01:00:00 +0000", "Refunded Amount": "100"}, [("refunded", 100, 100)]),
        ({"Financial Status": "voided", "Cancelled at": "2026-06-02 01:00:00 +0000"}, []),
        ({"Financial Status": "pending", "Paid at": ""}, []),
    ],
)  # fmt: skip
def test_shopify_refunds_and_cancellations(
    tmp_path: Path, words: dict[str, str], expected: list[tuple[str, int, int]]
) -> None:
    with opened(write_csv(tmp_path / "orders.csv", export("shopify_orders", shopify_row(**words)))) as shop:
        assert [line[2:] for line in brief(shop)] == expected


def test_shopify_customers_bring_ids_and_totals(tmp_path: Path) -> None:
    customer = {"Customer ID": "'7001234567890", "First Name": "Ann", "Email": "a@example.com", "Phone": "'+8613800000001",
                "Accepts SMS Marketing": "yes", "Total Spent": "320.50", "Total Orders": "4"}  # fmt: skip
    customers = write_csv(tmp_path / "customers.csv", export("shopify_customers", customer))
    orders = write_csv(tmp_path / "orders.csv", export("shopify_orders", shopify_row()))
    with opened(customers, orders) as shop:
        assert list(members(shop)) == ["7001234567890"]
        assert members(shop)["7001234567890"]["consent_sms"] is True
        member = listed(shop)["7001234567890"]
        assert (member["history"], member["order_count"], member["net_sales"]) == (
            "partial",
            4,
            Decimal("320.50"),
        )


# ---- any export: rows that are no data

PLAIN = table("""
    订单号 | 会员编号 | 下单时间 | 实付金额
    A1 | M1 | 2026-06-01 | 10
    A2 | M2 | 2026-06-02 | 20
    """)


def plain_order(number: int, member: str = "M1", amount: str = "10", day: str = "2026-06-01") -> list[str]:
    return [f"A{number}", member, day, amount]


def test_titles_units_blanks_repeated_headers_and_totals_are_no_orders(tmp_path: Path) -> None:
    rows = [
        ["订单列表（导出时间：2026-06-30 10:00）", "", "", ""],
        ["统计范围：全部门店", "", "", ""],
        PLAIN[0],
        ["", "", "", "元"],
        PLAIN[1],
        ["", "", "", ""],
        PLAIN[0],
        PLAIN[2],
        ["总计", "", "", "30.00"],
        ["注：本表不含储值", "", "", ""],
    ]
    for path in (write_csv(tmp_path / "a.csv", rows), write_xlsx(tmp_path / "a.xlsx", rows)):
        with opened(path) as shop:
            assert [line[1] for line in brief(shop)] == ["A1", "A2"]
            assert skipped(shop) == {"units_row": 1, "blank_row": 1, "total_row": 1, "title_row": 2}
            assert only_sheet(shop).header_row == 3
            assert not rejects(shop)
            assert not [note for note in warnings(shop) if "total row" in note]
            assert_every_row_is_accounted_for(shop)


@pytest.mark.parametrize("word", ["合计", "总计", "合 计", "总计：", "小计（元）", "Total", "Grand total"])
def test_a_total_that_does_not_add_up_is_reported_with_both_numbers(tmp_path: Path, word: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", [*PLAIN, [word, "", "", "31.50"]])) as shop:
        assert skipped(shop) == {"total_row": 1}
        assert "a.csv: the total row says 31.50, its rows add up to 30.00." in warnings(shop)


def test_page_totals_that_add_up_are_no_difference(tmp_path: Path) -> None:
    rows = [PLAIN[0], PLAIN[1], ["小计", "", "", "10"], PLAIN[2], ["小计", "", "", "20"]]
    for last in ([], [["总计", "", "", "30"]]):
        with opened(write_csv(tmp_path / "a.csv", [*rows, *last])) as shop:
            assert not [note for note in warnings(shop) if "total row" in note]


def test_a_product_called_total_is_no_total(tmp_path: Path) -> None:
    rows = [["商品", *PLAIN[0]], ["Total", *PLAIN[1]]]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert [line[1] for line in brief(shop)] == ["A1"]


def test_merged_cells_mean_the_same_in_every_row_they_cover(tmp_path: Path) -> None:
    rows = [
        ["订单号", "会员编号", "下单时间", "实付金额", "商品", "单价", "数量"],
        ["A1", "M1", "2026-06-01", 100, "茶", 60, 1],
        ["", "", "", "", "杯", 40, 1],
        ["A2", "M2", "2026-06-02", 30, "茶", 30, 1],
    ]
    spans = ["A2:A3", "B2:B3", "C2:C3", "D2:D3"]
    with opened(write_xlsx(tmp_path / "merged.xlsx", rows, merged=spans)) as shop:
        assert [line[:2] + line[3:4] for line in brief(shop)] == [("M1", "A1", 100), ("M2", "A2", 30)]
        assert skipped(shop) == {"item_detail": 1}
    apart = [rows[0], rows[1], ["", "", "", 55, "杯", 55, 1], rows[3]]
    with opened(write_xlsx(tmp_path / "apart.xlsx", apart, merged=spans[:3])) as shop:
        assert [line[:2] + line[3:4] for line in brief(shop)] == [
            ("M1", "A1", 55),
            ("M1", "A1", 100),
            ("M2", "A2", 30),
        ]


def test_formulas_without_a_value_and_error_cells_are_counted_where_they_stand(tmp_path: Path) -> None:
    rows = [*PLAIN, ["A3", "M3", "2026-06-03", "=A1*2"], ["A4", "M4", "2026-06-03", "#DIV/0!"]]
    with opened(write_xlsx(tmp_path / "formula.xlsx", rows)) as shop:
        shown = [
            (row["row"], row["column"], row["reason"], row["effect"], row["value"]) for row in rejects(shop)
        ]
        assert shown == [
            (4, "实付金额", "formula_without_value", "row", "=A1*2"),
            (5, "实付金额", "error_cell", "row", "#DIV/0!"),
        ]
        assert_every_row_is_accounted_for(shop)


def test_a_refund_column_of_formulas_nobody_computed_is_not_taken_for_no_refunds(tmp_path: Path) -> None:
    rows = [[*PLAIN[0], "退款金额"], [*PLAIN[1], "=D2"], [*PLAIN[2], "=D3"]]
    with opened(write_xlsx(tmp_path / "formula.xlsx", rows)) as shop:
        assert [(row["reason"], row["effect"]) for row in rejects(shop)] == [
            ("formula_without_value", "cell")
        ] * 2


def test_bytes_that_are_no_text_are_rejected_with_their_line(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [*PLAIN, ["A3", "M3王", "2026-06-03", "30"]], "utf-8")
    path.write_bytes(path.read_bytes().replace("王".encode(), b"\xe7\x8e"))
    with opened(path) as shop:
        assert [line[1] for line in brief(shop)] == ["A1", "A2"]
        (row,) = rejects(shop)
        assert (row["reason"], row["effect"], row["row"], row["column"]) == ("undecodable", "row", 4, None)
        assert row["value"] == r"\xe7\x8e"
        assert only_sheet(shop).encoding == "utf-8"
        assert_every_row_is_accounted_for(shop)


def test_several_sheets_are_several_sources_and_hidden_or_unknown_ones_are_named(tmp_path: Path) -> None:
    sheets = {
        "一月": [PLAIN[0], PLAIN[1]],
        "二月": [PLAIN[0], PLAIN[2]],
        "会员": table("会员编号 | 姓名 | 注册时间\nM1 | 张三 | 2025-01-01"),
        "隐藏": [PLAIN[0], plain_order(9, "M9")],
        "说明": [["口径", "说明"], ["一", "二"], ["三", "四"]],
    }
    with opened(write_xlsx(tmp_path / "全部.xlsx", sheets, hidden=["隐藏"])) as shop:
        assert [line[1] for line in brief(shop)] == ["A1", "A2"]
        by_name = {sheet.sheet: sheet for sheet in shop.load.report.sheets}
        assert by_name["隐藏"].skipped == {"hidden_sheet": 1}
        assert list(by_name["说明"].skipped) == ["unrecognised_sheet"]
        assert any("全部.xlsx › 说明" in note for note in warnings(shop))
        assert_every_row_is_accounted_for(shop)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods"])
def test_every_file_type_gives_the_same_shop(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"订单.{suffix}"
    rows = [*PLAIN, plain_order(3, "M1", "30.5", "2026-05-01 10:00")]
    if suffix in ("csv", "tsv", "txt"):
        mark = "," if suffix == "csv" else "\t"
        path.write_text("\n".join(mark.join(row) for row in rows), "utf-8")
    else:
        {"xls": write_xls, "ods": write_ods}.get(suffix, write_xlsx)(path, rows)
    with opened(path) as shop, opened(write_csv(tmp_path / "same.csv", rows)) as same:
        assert segment_bytes(shop) == segment_bytes(same)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_gives_the_same_shop_and_is_named(tmp_path: Path, encoding: str) -> None:
    rows = [*PLAIN, plain_order(3, "会员三")]
    with opened(write_csv(tmp_path / "a.csv", rows, encoding)) as shop:
        assert {line[0] for line in brief(shop)} == {"M1", "M2", "会员三"}
        assert only_sheet(shop).encoding == encoding


def test_id_cards_and_addresses_are_left_behind(tmp_path: Path) -> None:
    rows = table("""
        会员编号 | 姓名 | 身份证号 | 详细地址 | 注册时间 | 手机号
        M1 | 张三 | 110101199001011234 | 某市某路一号 | 2025-01-01 | 13800000001
        M2 | 李四 | 110101199001015678 | 某市某路二号 | 2025-01-01 | 1380000000
        """)
    with opened(write_csv(tmp_path / "会员.csv", rows)) as shop:
        assert only_sheet(shop).dropped == ("身份证号", "详细地址")
        connection = shop.engine.connection
        names = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        views = [
            name
            for (name,) in connection.execute(
                "select view_name from duckdb_views() where not internal"
            ).fetchall()
        ]
        for name in {*names, *views} - {"cells_0"}:
            held = str(connection.table(name).fetchall())
            assert "110101" not in held, name
            assert "某路" not in held, name


def test_a_reject_names_its_place_and_hides_what_is_personal(tmp_path: Path) -> None:
    rows = table("""
        手机号 | 姓名 | 注册时间 | 积分
        13800000001 | 张三 | 2025-01-01 | 十
        1380000000 | 李四 | 2025-01-01 | 5
        13800000003 | 王五 | 25-01-01 | 5
        """)
    path = write_xlsx(tmp_path / "会员.xlsx", {"名单": [["标题", "", "", ""], *rows]})
    with opened(path) as shop:
        assert [tuple(row.values()) for row in rejects(shop)] == [
            ("会员.xlsx", "名单", 3, "积分", "十", "bad_number", "cell"),
            ("会员.xlsx", "名单", 4, "手机号", "138****00", "bad_phone", "row"),
            ("会员.xlsx", "名单", 5, "注册时间", "25-01-01", "ambiguous_date", "cell"),
        ]
        assert shop.load.report.rejects == (
            ("bad_phone", "row", 1),
            ("ambiguous_date", "cell", 1),
            ("bad_number", "cell", 1),
        )
        assert_every_row_is_accounted_for(shop)


def test_a_date_that_failed_is_not_taken_for_never_paid(tmp_path: Path) -> None:
    rows = table("""
        订单号 | 会员编号 | 下单时间 | 付款时间 | 实付金额
        A1 | M1 | 2026-06-01 | 06/07/26 | 10
        A2 | M2 | 2026-06-01 | | 10
        A3 | M3 | 2026-06-01 | 2026-06-02 | 10
        """)
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert [(line["member_id"], line["ordered_on"]) for line in order_lines(shop)] == [
            ("M1", date(2026, 6, 1)),
            ("M3", date(2026, 6, 2)),
        ]
        assert skipped(shop) == {"unpaid": 1}
        assert [(row["reason"], row["effect"]) for row in rejects(shop)] == [("ambiguous_date", "cell")]


def test_orders_without_a_number_are_one_per_member_and_moment(tmp_path: Path) -> None:
    rows = table("""
        会员编号 | 下单时间 | 实付金额
        M1 | 2026-06-01 10:00 | 10
        M1 | 2026-06-01 10:00 | 15
        M1 | 2026-06-01 18:00 | 10
        M2 | 2026-06-01 10:00 | 10
        """)
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        read = listed(shop)
        assert (read["M1"]["order_count"], read["M1"]["order_days"], read["M1"]["net_sales"]) == (2, 1, 35)
        assert read["M2"]["order_count"] == 1


def test_refund_only_rows_are_negatives_and_never_purchases(tmp_path: Path) -> None:
    rows = [
        PLAIN[0],
        plain_order(1, amount="100"),
        plain_order(2, amount="-30", day="2026-06-05"),
        plain_order(3, "M2", "-30"),
    ]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        read = listed(shop)
        assert (read["M1"]["order_count"], read["M1"]["net_sales"], read["M1"]["last_order_on"]) == (
            1,
            70,
            date(2026, 6, 1),
        )
        assert (read["M2"]["stage"], read["M2"]["net_sales"]) == ("unknown", -30)


def test_a_refund_has_a_day_of_its_own_where_the_export_says_it(tmp_path: Path) -> None:
    rows = [[*PLAIN[0], "退款金额", "退款时间"], [*plain_order(1, amount="100"), "40", "2026-07-02 10:00"]]
    path = write_csv(tmp_path / "a.csv", rows)
    with opened(path) as shop:
        assert listed(shop)["M1"]["net_sales"] == 100, "the refund came after the as-of date"
    with opened(path, as_of="2026-07-02") as shop:
        assert listed(shop)["M1"]["net_sales"] == 60


@pytest.mark.parametrize(
    ("header", "word", "is_purchase"),
    [("订单状态", "已发货，退款成功", True), ("订单状态", "未发货，退款成功", False), ("发货时间", "2026-06-02", True),
     ("完成时间", "2026-06-03", True), ("退款状态", "已收货退款成功", True), ("退款状态", "退款成功", False)],
)  # fmt: skip
def test_a_full_refund_is_a_purchase_only_where_the_goods_had_left_the_shop(
    tmp_path: Path, header: str, word: str, is_purchase: bool
) -> None:
    rows = [[*PLAIN[0], "退款金额", header], [*PLAIN[1], "10", word]]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        member = listed(shop)["M1"]
        assert (member["order_count"], member["net_sales"]) == (int(is_purchase), 0)


# ---- amounts per order or per item, where no preset says so


def items(*lines: str, price: bool = True) -> list[list[str]]:
    header = ["订单号", "会员编号", "下单时间", "商品", *(["单价", "数量"] if price else []), "实付金额"]
    return [header, *[[cell.strip() for cell in line.split("|")] for line in lines]]


def test_a_repeating_amount_that_the_items_add_up_to_is_the_order_s(tmp_path: Path) -> None:
    rows = items(
        "A1|M1|2026-06-01|茶|60|1|100",
        "A1|M1|2026-06-01|杯|20|2|100",
        "A2|M2|2026-06-01|茶|60|1|60",
    )
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert [line[3] for line in brief(shop)] == [100, 60]
        assert only_sheet(shop).amount_scope == "order"
        assert skipped(shop) == {"order_total_repeated": 1}
        assert any("counted once per order" in note for note in warnings(shop))


def test_amounts_that_are_each_their_own_price_are_the_items(tmp_path: Path) -> None:
    rows = items("A1|M1|2026-06-01|茶|50|1|50", "A1|M1|2026-06-01|杯|25|2|50", "A1|M1|2026-06-01|壶|50|1|50")
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert listed(shop)["M1"]["net_sales"] == 150
        assert only_sheet(shop).amount_scope == "item"


def test_differing_amounts_in_one_order_are_the_items(tmp_path: Path) -> None:
    rows = items("A1|M1|2026-06-01|茶|60", "A1|M1|2026-06-01|杯|40", "A2|M1|2026-06-02|茶|60", "A2|M1|2026-06-02|杯|60",
                 "A3|M1|2026-06-03|茶|60", "A3|M1|2026-06-03|壶|80", price=False)  # fmt: skip
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert listed(shop)["M1"]["net_sales"] == 360


def test_rows_alike_in_everything_are_all_kept(tmp_path: Path) -> None:
    rows = items("A1|M1|2026-06-01|茶|60", "A1|M1|2026-06-01|茶|60", price=False)
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert listed(shop)["M1"]["net_sales"] == 120
        assert skipped(shop) == {}


@pytest.mark.parametrize("other", ["", "0", "0.00"])
def test_a_total_on_one_of_an_order_s_rows_stands_for_the_others(tmp_path: Path, other: str) -> None:
    rows = items("A1|M1|2026-06-01|茶|100", f"A1|M1|2026-06-01|杯|{other}", "A2|M1|2026-06-02|茶|50",
                 f"A2|M1|2026-06-02|杯|{other}", price=False)  # fmt: skip
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        member = listed(shop)["M1"]
        assert (member["order_count"], member["net_sales"]) == (2, 150)
        assert not rejects(shop)


# ---- the same order in several files

OVERLAP = table("""
    订单号 | 会员编号 | 下单时间 | 商品 | 实付金额 | 退款金额 | 订单状态
    A1 | M1 | 2026-01-01 10:00 | 茶 | 10 | 0 | 已完成
    A2 | M1 | 2026-02-01 10:00 | 茶 | 20 | 0 | 已完成
    A2 | M1 | 2026-02-01 10:00 | 杯 | 25 | 0 | 已完成
    A2 | M1 | 2026-02-01 10:00 | 杯 | 25 | 0 | 已完成
    A3 | M2 | 2026-03-01 10:00 | 茶 | 30 | 30 | 已完成
    A4 | M2 | 2026-04-01 10:00 | 壶 | 40 | 5 | 已发货
    A5 | M3 | 2026-05-01 10:00 | 茶 | 50 | 0 | 已完成
    """)


def shop_bytes(folder: Path, *files: Sequence[Sequence[str]]) -> str:
    paths = [write_csv(folder / f"{number}.csv", rows) for number, rows in enumerate(files)]
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        return segment_bytes(shop)


def test_the_order_of_rows_and_files_and_how_orders_are_split_between_them_change_nothing(
    tmp_path: Path,
) -> None:
    header, *rows = OVERLAP
    whole = shop_bytes(tmp_path, OVERLAP)
    assert whole == shop_bytes(tmp_path, [header, *rows[::-1]])
    assert whole == shop_bytes(tmp_path, [header, *rows[:4]], [header, *rows[4:]])
    assert whole == shop_bytes(tmp_path, [header, *rows[4:]], [header, *rows[:4]])


def test_a_file_given_twice_counts_once(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", OVERLAP)
    with opened(path) as once, opened(path, path) as twice:
        assert segment_bytes(once) == segment_bytes(twice)
        assert skipped(twice) == {"duplicate_file": 7}
        assert_every_row_is_accounted_for(twice)


def test_an_export_saved_again_in_another_format_counts_once(tmp_path: Path) -> None:
    first, again = write_csv(tmp_path / "a.csv", OVERLAP), write_xlsx(tmp_path / "b.xlsx", OVERLAP)
    with opened(first) as once, opened(first, again) as twice, opened(again, first) as turned:
        assert segment_bytes(once) == segment_bytes(twice) == segment_bytes(turned)
        assert skipped(twice) == {"duplicate": 7}


def test_overlapping_exports_are_the_union_of_their_lines_each_as_often_as_in_any_one(tmp_path: Path) -> None:
    header, *rows = OVERLAP
    whole = shop_bytes(tmp_path, OVERLAP)
    assert whole == shop_bytes(tmp_path, [header, *rows[:5]], [header, *rows[1:]])
    assert whole == shop_bytes(tmp_path, [header, *rows[:3]], [header, *rows[2:]]), (
        "cut in the middle of an order"
    )


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_however_an_export_is_cut_into_overlapping_files_the_shop_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    header, *rows = OVERLAP
    folder = tmp_path_factory.mktemp("cut")
    whole = shop_bytes(folder, OVERLAP)
    start = data.draw(st.integers(0, len(rows)))
    end = data.draw(st.integers(0, len(rows)))
    # Identical lines of one order stay in one file: as often as in any one file is the rule.
    parts = [rows[: max(start, end)], rows[min(start, end) :]]
    if 3 <= max(start, end) < 4 and min(start, end) == 3:
        parts[0] = rows[:4]
    files = [[header, *data.draw(st.permutations(part))] for part in parts]
    assert whole == shop_bytes(folder, *data.draw(st.permutations(files)))


def two_versions(folder: Path, first: list[list[str]], second: list[list[str]]) -> list[Shop]:
    paths = [write_csv(folder / "first.csv", first), write_csv(folder / "second.csv", second)]
    return [opened(*paths), opened(*paths[::-1])]


def version(**more: str) -> list[list[str]]:
    order = {"订单号": "A1", "会员编号": "M1", "下单时间": "2026-06-01 10:00", "实付金额": "100", "退款金额": "0",
             "订单状态": "已完成", **more}  # fmt: skip
    return [list(order), list(order.values())]


def stamped(rows: list[list[str]], moment: str) -> list[list[str]]:
    return [[f"订单列表（导出时间：{moment}）", *[""] * (len(rows[0]) - 1)], *rows]


@pytest.mark.parametrize(
    "later",
    [{"退款金额": "30"}, {"退款金额": "100", "订单状态": "已退款"}, {"订单状态": "已发货"}],
)
def test_versions_that_differ_with_nothing_to_tell_are_both_rejected(
    tmp_path: Path, later: dict[str, str]
) -> None:
    for shop in two_versions(tmp_path, version(), version(**later)):
        with shop:
            assert not listed(shop)
            assert {(row["file"], row["reason"], row["effect"], row["value"]) for row in rejects(shop)} == {
                ("first.csv", "order_conflict", "row", "A1"),
                ("second.csv", "order_conflict", "row", "A1"),
            }
            assert_every_row_is_accounted_for(shop)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"更新时间": "2026-06-02 10:00"}, {"更新时间": "2026-06-05 10:00"}),
        ({"付款时间": "2026-06-01 10:01"}, {"付款时间": "2026-06-01 10:01", "完成时间": "2026-06-04 10:00"}),
        ({}, {"退款时间": "2026-06-04 10:00"}),
    ],
)
def test_the_later_update_wins(tmp_path: Path, first: dict[str, str], second: dict[str, str]) -> None:
    for shop in two_versions(tmp_path, version(**first), version(退款金额="30", **second)):
        with shop:
            assert listed(shop)["M1"]["net_sales"] == 70
            assert skipped(shop) == {"superseded": 1}


def test_the_later_export_wins_where_rows_say_nothing(tmp_path: Path) -> None:
    first = stamped(version(), "2026-06-10 10:00")
    second = stamped(version(退款金额="30"), "2026-06-20 10:00")
    for shop in two_versions(tmp_path, first, second):
        with shop:
            assert listed(shop)["M1"]["net_sales"] == 70
    for shop in two_versions(tmp_path, first, version(退款金额="30")):
        with shop:
            assert not listed(shop), "only one of them says when it was exported"


def test_an_order_cancelled_in_one_export_and_alive_in_another_goes_by_the_later_one(tmp_path: Path) -> None:
    alive, closed = version(), version(订单状态="交易关闭", 实付金额="0")
    for shop in two_versions(
        tmp_path, stamped(alive, "2026-06-10 10:00"), stamped(closed, "2026-06-20 10:00")
    ):
        with shop:
            assert not listed(shop)
            assert skipped(shop) == {"cancelled": 1, "superseded": 1}
    for shop in two_versions(
        tmp_path, stamped(alive, "2026-06-20 10:00"), stamped(closed, "2026-06-10 10:00")
    ):
        with shop:
            assert listed(shop)["M1"]["net_sales"] == 100
    for shop in two_versions(tmp_path, alive, closed):
        with shop:
            assert not listed(shop)
            assert shop.load.report.rows_rejected == 2


def test_an_order_that_was_not_paid_yet_in_an_earlier_export_is_paid(tmp_path: Path) -> None:
    for shop in two_versions(tmp_path, version(订单状态="待付款"), version(订单状态="已完成")):
        with shop:
            assert listed(shop)["M1"]["net_sales"] == 100
            assert skipped(shop) == {"unpaid": 1}


def test_a_total_that_changed_between_two_exports_of_a_platform_is_not_added_up(tmp_path: Path) -> None:
    one = export("youzan_orders", youzan_order(买家手机号="13800000001"))
    two = export(
        "youzan_orders",
        youzan_order(买家手机号="13800000001", 订单实付金额="90", 交易成功时间="2026-06-09 10:00:00"),
    )
    for shop in two_versions(tmp_path, one, two):
        with shop:
            assert listed(shop)["13800000001"]["net_sales"] == 90


def test_a_list_of_orders_beside_a_list_of_their_items_counts_once_though_no_preset_knows_them(
    tmp_path: Path,
) -> None:
    orders = [PLAIN[0], plain_order(1, amount="100"), plain_order(2, "M2", "30")]
    details = items(
        "A1|M1|2026-06-01|茶|60|1|60", "A1|M1|2026-06-01|杯|40|1|40", "A2|M2|2026-06-02|茶|30|1|30"
    )
    for shop in two_versions(tmp_path, orders, details):
        with shop:
            read = listed(shop)
            assert (read["M1"]["net_sales"], read["M2"]["net_sales"]) == (100, 30)
            assert_every_row_is_accounted_for(shop)


def test_two_exports_of_the_same_orders_need_not_have_the_same_columns(tmp_path: Path) -> None:
    narrow = [PLAIN[0], plain_order(1), plain_order(2, "M2")]
    wide = [[*PLAIN[0], "商品", "数量"], [*plain_order(1), "茶", "1"], [*plain_order(3, "M3"), "杯", "1"]]
    for shop in two_versions(tmp_path, narrow, wide):
        with shop:
            assert {member: row["net_sales"] for member, row in listed(shop).items()} == dict.fromkeys(
                ("M1", "M2", "M3"), 10
            )


def test_orders_without_a_number_overlap_by_member_and_moment(tmp_path: Path) -> None:
    header, *rows = table("""
        会员编号 | 下单时间 | 实付金额
        M1 | 2026-06-01 10:00 | 10
        M1 | 2026-06-01 10:00 | 15
        M2 | 2026-06-02 10:00 | 10
        M3 | 2026-06-03 10:00 | 10
        """)
    whole = shop_bytes(tmp_path, [header, *rows])
    assert whole == shop_bytes(tmp_path, [header, *rows[:3]], [header, *rows[2:]])
    assert whole == shop_bytes(tmp_path, [header, *rows], [header, *rows[::-1]])


def test_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        paths.append(write_csv(tmp_path / str(number) / "订单.csv", [PLAIN[0], plain_order(number)]))
    with opened(*paths) as shop:
        assert [given.rows for given in shop.load.report.inputs] == [1, 1]
        assert_every_row_is_accounted_for(shop)


# ---- odd shapes


def test_odd_headers_reach_no_statement(tmp_path: Path) -> None:
    odd = ['";drop table x;--', "select", "列 名\n二", "c0", "row", "'", "%s {0}", "实付金额", "实付金额"]
    rows = [[*PLAIN[0][:3], *odd], ["A1", "M1", "2026-06-01", *["x"] * 7, "10", ""]]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert [line[3] for line in brief(shop)] == [10]


def test_three_hundred_columns_are_read_for_the_few_that_count(tmp_path: Path) -> None:
    rows = [
        [*row, *[f"列{at}" if number == 0 else str(at) for at in range(296)]]
        for number, row in enumerate(PLAIN)
    ]
    with opened(write_csv(tmp_path / "wide.csv", rows)) as shop:
        assert [line[1] for line in brief(shop)] == ["A1", "A2"]


@pytest.mark.parametrize("rows", [[PLAIN[0]], [PLAIN[0], [""] * 4], [["标题"]], [[""]], []])
def test_a_file_without_a_row_of_data_ends_in_a_named_error_or_an_empty_shop(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    for path in (write_csv(tmp_path / "empty.csv", rows), write_xlsx(tmp_path / "empty.xlsx", rows)):
        if rows[:1] != [PLAIN[0]]:
            with pytest.raises(SiyuError, match=r"empty\."):
                opened(path)
            continue
        with opened(path) as shop:
            assert not listed(shop)
            assert_every_row_is_accounted_for(shop)


def test_one_row_is_a_shop(tmp_path: Path) -> None:
    with opened(write_csv(tmp_path / "a.csv", PLAIN[:2])) as shop:
        assert list(listed(shop)) == ["M1"]


def test_a_file_of_nothing_but_rejects_is_an_empty_shop_with_a_list_of_them(tmp_path: Path) -> None:
    rows = [
        PLAIN[0],
        ["A1", "M1", "昨天", "10"],
        ["A2", "M2", "前天", "20"],
        ["A3", "M3", "2026-06-01", "很多"],
    ]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert not listed(shop)
        assert shop.load.report.rejected_share == 1
        assert_every_row_is_accounted_for(shop)


# ---- every row accounted for, whatever stands in it

CELLS: dict[str, list[str]] = {
    "订单号": ["A1", "A1", "A2", "A3", "", "合计", '="A4"', "3.1E+17", "订单号", "备注：无", "总计"],
    "会员编号": ["M1", "M2", "", "-", "会员编号", "1E+15", "M3 "],
    "手机号": ["13800000001", "13800000002", "138****0001", "1.38E+10", "", "123", "13800000003"],
    "下单时间": ["2026-06-01", "2026-06-01 10:00", "46000", "01/02/2026", "昨天", "", "2026-12-01"],
    "付款时间": ["2026-06-01 10:01", "", "-", "x"],
    "订单状态": ["已完成", "待付款", "交易关闭", "已退款", "怪", "", "已发货"],
    "实付金额": ["10", "¥1,000.00", "0", "-5", "abc", "", "(3)"],
    "退款状态": ["", "全额退款", "部分退款", "怪", "无"],
    "退款金额": ["", "0", "5", "10", "无退款申请", "x"],
    "单价": ["10", "", "x"],
    "数量": ["1", "2", "", "-1"],
    "更新时间": ["", "2026-06-03 10:00", "2026-06-04 10:00", "?"],
}


@st.composite
def messy_sheets(draw: st.DrawFn) -> list[list[str]]:
    optional = draw(st.lists(st.sampled_from(list(CELLS)[4:]), unique=True))
    header = [*list(CELLS)[:4], *optional, *([] if "实付金额" in optional else ["实付金额"])]
    header = draw(st.permutations(header))
    first = {"订单号": "A0", "会员编号": "M0", "手机号": "13800000009", "下单时间": "2026-05-01", "实付金额": "10", "单价": "10",
             "数量": "1", "退款金额": "0", "付款时间": "2026-05-01", "更新时间": "2026-05-01"}  # fmt: skip
    clean = [[first.get(name, "") for name in header]] * 2
    rows = draw(st.lists(st.tuples(*(st.sampled_from(CELLS[name]) for name in header)), max_size=12))
    return [header, *clean, *map(list, rows)]


@given(st.lists(messy_sheets(), min_size=1, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_rows_in_are_used_rejected_or_skipped_and_no_place_matters(
    tmp_path_factory: pytest.TempPathFactory, sheets: list[list[list[str]]], chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("messy")
    paths = [write_csv(folder / f"{number}.csv", rows) for number, rows in enumerate(sheets)]
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        assert shop.load.report.rows_in == sum(len(rows) - 1 for rows in sheets)
        first, counts = segment_bytes(shop), shop.load.report.rejects
    for path, (header, clean, second, *rows) in zip(list(paths), sheets, strict=True):
        write_csv(path, [header, clean, second, *chance.sample(rows, len(rows))])
    chance.shuffle(paths)
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        assert segment_bytes(shop) == first
        assert shop.load.report.rejects == counts


# ---- what an operator should know


def test_an_old_export_is_called_stale(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", PLAIN)
    with opened(path, as_of="2026-06-04") as fresh, opened(path, as_of="2026-06-05") as stale:
        assert not warnings(fresh)
        assert warnings(stale) == [
            "The newest order is 3 days older than 2026-06-05: the export is probably stale."
        ]


def test_many_small_orders_are_pointed_out(tmp_path: Path) -> None:
    for small, is_noted in ((2, False), (3, True)):
        rows = [
            PLAIN[0],
            *[plain_order(at, amount="5" if at < small else "50", day="2026-06-30") for at in range(100)],
        ]
        with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
            assert any("under 10" in note for note in warnings(shop)) is is_noted


def test_free_orders_are_counted_apart_unless_they_are_purchases(tmp_path: Path) -> None:
    from siyu_cli.config import Orders, Settings

    path = write_csv(
        tmp_path / "a.csv",
        [PLAIN[0], plain_order(1, day="2026-06-30"), plain_order(2, amount="0", day="2026-06-29")],
    )
    with opened(path) as shop:
        assert listed(shop)["M1"]["order_count"] == 1
        assert warnings(shop) == [
            "1 free orders are counted apart; orders.min_paid = 0 makes them purchases."
        ]
    with opened(path, settings=Settings(orders=Orders(min_paid=Decimal(0)))) as shop:
        assert listed(shop)["M1"]["order_count"] == 2
        assert not warnings(shop)


def test_cdnow_asks_for_its_free_orders_itself(tmp_path: Path) -> None:
    path = tmp_path / "sample.txt"
    path.write_text(
        " 00001 0001 19970101  2   11.77\n 00002 0002 19970112  1   12.00\n 00002 0002 19970212  5    0.00\n",
        "utf-8",
    )
    with opened(path, as_of="1997-02-12") as shop:
        assert listed(shop)["00002"]["order_count"] == 2
        assert not warnings(shop)


def test_totals_exported_after_as_of_are_flagged(tmp_path: Path) -> None:
    rows = table(
        "会员编号 | 注册时间 | 消费次数 | 消费金额 | 上次消费时间\nM1 | 2025-01-01 | 3 | 300 | 2026-06-20"
    )
    path = write_csv(tmp_path / "会员.csv", rows)
    with opened(path, as_of="2026-06-21") as shop:
        assert not warnings(shop)
    with opened(path, as_of="2026-06-01") as shop:
        assert any("exported after 2026-06-01, on 2026-06-20 or later" in note for note in warnings(shop))
        assert listed(shop)["M1"]["stage"] == "unknown"
    with opened(path, as_of="2026-06-30") as shop:
        assert any("stale" in note for note in warnings(shop))


def member_rows(*rows: dict[str, Any]) -> list[list[Any]]:
    return export("members", *rows)


def test_people_are_known_by_phone_and_name_apart_from_everything_the_core_reads(tmp_path: Path) -> None:
    rows = member_rows({"会员编号": "M1", "姓名": "张三", "手机号": "13800000001", "注册时间": "2025-01-01"})
    with opened(write_csv(tmp_path / "会员.csv", rows)) as shop:
        assert people(shop) == {"M1": ("13800000001", "张三")}
        assert "13800000001" not in str(members(shop)) + str(listed(shop))
