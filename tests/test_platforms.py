"""Each platform's exports, with the quirks they come with, become members and orders."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from exports import (
    HEADERS,
    assert_every_row_is_accounted_for,
    brief,
    export,
    listed,
    members,
    only_sheet,
    opened,
    order_lines,
    rejects,
    skipped,
    warnings,
    write_csv,
    write_xlsx,
    youzan_order,
)
from siyu_cli.demo import make_shop, write_shop
from siyu_cli.errors import DataError

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
    path = write_csv(tmp_path / "订单.csv", export("youzan_orders", youzan_order(买家手机号="13800000001", **words)))
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
def test_orders_that_are_none_are_skipped_by_a_named_rule(tmp_path: Path, words: dict[str, str], rule: str) -> None:
    rows = export("youzan_orders", youzan_order(买家手机号="13800000001", **words))
    with opened(write_csv(tmp_path / "订单.csv", rows)) as shop:
        assert skipped(shop) == {rule: 1}
        assert not listed(shop)


def test_an_unknown_status_is_rejected_and_an_unknown_refund_word_is_shown(tmp_path: Path) -> None:
    odd = youzan_order(买家手机号="13800000001", 订单状态="飞走了")
    half = youzan_order(订单号="E2", 买家手机号="13800000001", 订单退款状态="退了一点")
    with opened(write_csv(tmp_path / "订单.csv", export("youzan_orders", odd, half))) as shop:
        shown = {(row["row"], row["column"], row["value"], row["reason"], row["effect"]) for row in rejects(shop)}
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
        taobao_item(子订单编号="9002", 商品标题="杯", 买家实付金额="40", 退款状态="退款成功", 退款金额="40.00"),
        taobao_item(子订单编号="9003", 商品标题="壶", 买家实付金额="50", 退款状态="退款成功", 退款金额="10.00"),
    ]
    rows = [header, *[[{**item, "买家会员名": "tb甲"}.get(name, "") for name in header] for item in items]]
    with opened(write_csv(tmp_path / "宝贝.csv", rows)) as shop:
        member = listed(shop)["淘宝/天猫:tb甲"]
        assert (member["order_count"], member["order_days"], member["net_sales"]) == (1, 1, Decimal("100.00"))


@pytest.mark.parametrize("kind", ["qianniu", "pdd"])
def test_an_export_without_buyers_alone_ends_in_an_error_that_says_what_to_export(tmp_path: Path, kind: str) -> None:
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
    rows = export("jd", jd_row(), jd_row(商品ID="2", 商品名称="杯", 京东价="40"), jd_row(订单号="J2", 结算金额="7"))
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
            assert [(row["reason"], row["effect"]) for row in rejects(shop)] == [("order_conflict", "row")] * 2
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
    order = douyin_row(子订单编号="6917000000000000002;6917000000000000003", 选购商品="茶;杯", 订单应付金额="100")
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


# ---- the demo shop, as three platforms would export it


def test_one_shop_is_the_same_shop_in_every_platform_s_exports(tmp_path: Path) -> None:
    demo = make_shop(600, seed=3, as_of=date(2026, 3, 31))
    stages = {}
    for layout, key in (("generic", "member_id"), ("youzan", "phone"), ("taobao", "phone")):
        paths = [Path(path) for path in write_shop(demo, tmp_path / layout, layout)]
        with opened(*paths, as_of="2026-03-31") as shop:
            assert_every_row_is_accounted_for(shop)
            reasons = {row["reason"] for row in rejects(shop)}
            assert reasons <= {"masked_phone", "bad_phone", "shared_phone", "sign_conflict"}
            read = listed(shop)
            named = zip(demo.members["member_id"].to_pylist(), demo.members[key].to_pylist(), strict=True)
            stages[layout] = {
                member: read[name]["stage"] for member, name in named if name in read and len(name or "") in (8, 11)
            }
    whole = set(stages["generic"]) & set(stages["youzan"]) & set(stages["taobao"])
    assert len(whole) > 500
    assert {member for member in whole if stages["generic"][member] != stages["youzan"][member]} == set()
    # 淘宝 does not say that an order was shipped before it was refunded, nor who only came to look.
    orders = zip(demo.orders["member_id"].to_pylist(), demo.orders["refunded_amount"].to_pylist(), strict=True)
    refunded = {member for member, amount in orders if amount}
    for read in (stages["generic"], stages["taobao"]):
        read |= {member: "acquired" for member, stage in read.items() if stage == "activated"}
    differing = {member for member in whole if stages["generic"][member] != stages["taobao"][member]}
    assert differing <= refunded
