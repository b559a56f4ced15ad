"""What was bought is loaded beside the orders: a row per item of an order that counts, each with what it cost."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from exports import (
    AS_OF,
    assert_every_row_is_accounted_for,
    export,
    only_sheet,
    opened,
    order_lines,
    skipped,
    table,
    write_csv,
    write_parquet,
)
from siyu_cli import Shop, open_shop
from siyu_cli.config.settings import Settings
from siyu_cli.engines.step import step
from siyu_cli.files.cache.store import Cache

ITEMS = """
    订单号 | 会员编号 | 付款时间 | 订单状态 | 商品名称 | 货号 | 商品类目 | 单价 | 数量 | 实付金额 | 退款金额
    A1 | M1 | 2026-06-01 | 已完成 | 面膜 | S1 | 护肤 | 60 | 2 | 100.00 | 0
    A1 | M1 | 2026-06-01 | 已完成 | 口红 | S2 | 彩妆 | 30 | 1 | 27.50 | 27.50
    A2 | M2 | 2026-06-02 | 已付款 | 面膜 | S1 | 护肤 | 60 | 1 | 55.00 | 0
    """
TOTALS = """
    订单号 | 会员编号 | 付款时间 | 商品名称 | 单价 | 数量 | 实付金额
    A1 | M1 | 2026-06-01 | 面膜 | 50 | 2 | 100
    A1 | M1 | 2026-06-01 | 口红 | 30 | 1 | 100
    A1 | M1 | 2026-06-01 | 香水 | 20 | 1 | 100
    A2 | M2 | 2026-06-02 | 面膜 | 50 | 1 | 45
    """


def items(shop: Shop, *keys: str) -> list[tuple[Any, ...]]:
    """Return these columns of every item, sorted."""
    rows = shop.engine.read("order_items", ()).to_pylist()
    return sorted(tuple(row[key] for key in keys) for row in rows)


def test_an_item_has_its_member_day_product_category_and_what_was_paid_for_it(tmp_path: Path):
    with opened(write_csv(tmp_path / "明细.csv", table(ITEMS))) as shop:
        assert items(shop, "member_id", "order_id", "product", "sku", "category", "quantity", "unit_price") == [
            ("M1", "A1", "口红", "S2", "彩妆", 1, 30),
            ("M1", "A1", "面膜", "S1", "护肤", 2, 60),
            ("M2", "A2", "面膜", "S1", "护肤", 1, 60),
        ]
        assert items(shop, "paid_amount", "refunded_amount") == [
            (Decimal("27.50"), Decimal("27.50")), (Decimal(55), 0), (Decimal(100), 0),
        ]  # fmt: skip
        assert_every_row_is_accounted_for(shop)


def test_items_share_what_their_order_paid_by_their_prices_to_the_cent(tmp_path: Path):
    with opened(write_csv(tmp_path / "订单.csv", table(TOTALS))) as shop:
        assert skipped(shop) == {"order_total_repeated": 2}
        shared = items(shop, "order_id", "product", "paid_amount")
        assert shared == [
            ("A1", "口红", Decimal("20.00")), ("A1", "面膜", Decimal("66.67")), ("A1", "香水", Decimal("13.33")),
            ("A2", "面膜", Decimal("45.00")),
        ]  # fmt: skip
        assert sum(paid for _, _, paid in shared) == sum(line["paid_amount"] for line in order_lines(shop))


def test_where_no_prices_are_given_an_order_of_several_items_says_not_what_each_cost(tmp_path: Path):
    rows = [[cell for at, cell in enumerate(row) if at != 4] for row in table(TOTALS)]
    with opened(write_csv(tmp_path / "订单.csv", rows)) as shop:
        assert items(shop, "order_id", "product", "paid_amount") == [
            ("A1", "口红", None), ("A1", "面膜", None), ("A1", "香水", None), ("A2", "面膜", 45),
        ]  # fmt: skip


def test_of_an_order_list_beside_an_item_list_the_items_are_the_latters(tmp_path: Path):
    """The order counts once, by its own total; its items are what the item list says, at their own amounts."""
    orders = table("""
        订单号 | 会员编号 | 付款时间 | 全部商品名称 | 实付金额
        A1 | M1 | 2026-06-01 | 面膜;口红 | 127.50
        A2 | M2 | 2026-06-02 | 面膜 | 55.00
        """)
    with opened(write_csv(tmp_path / "明细.csv", table(ITEMS)), write_csv(tmp_path / "订单.csv", orders)) as shop:
        bought = items(shop, "order_id", "product", "paid_amount")
        assert bought == [("A1", "口红", Decimal("27.50")), ("A1", "面膜", 100), ("A2", "面膜", 55)]
        assert_every_row_is_accounted_for(shop)


@pytest.mark.parametrize("text", [ITEMS, TOTALS], ids=["own amounts", "order totals"])
def test_files_that_overlap_or_stand_in_another_order_change_no_item(tmp_path: Path, text: str):
    header, *rows = table(text)
    with opened(write_csv(tmp_path / "一.csv", [header, *rows])) as shop:
        alone = items(shop, "order_id", "product", "paid_amount")
    parts = [[header, *reversed(rows[:-1])], [header, *rows]]
    with opened(*(write_csv(tmp_path / f"{number}.csv", part) for number, part in enumerate(parts))) as shop:
        assert items(shop, "order_id", "product", "paid_amount") == alone
        assert_every_row_is_accounted_for(shop)


def test_what_was_not_bought_by_a_member_by_then_is_no_item(tmp_path: Path):
    rows = table("""
        订单号 | 会员编号 | 付款时间 | 订单状态 | 商品 | 单价 | 数量 | 订单金额
        A1 | M1 | 2026-06-01 | 交易关闭 | 面膜 | 50 | 1 | 80
        A1 | M1 | 2026-06-01 | 交易关闭 | 口红 | 30 | 1 | 80
        A2 | M1 | 2026-06-01 | 待付款 | 面膜 | 50 | 1 | 50
        A3 | M1 | 2026-07-01 | 已完成 | 面膜 | 50 | 1 | 80
        A3 | M1 | 2026-07-01 | 已完成 | 口红 | 30 | 1 | 80
        A4 | 店员 | 2026-06-01 | 已完成 | 面膜 | 50 | 1 | 80
        A4 | 店员 | 2026-06-01 | 已完成 | 口红 | 30 | 1 | 80
        A5 |  | 2026-06-01 | 已完成 | 面膜 | 50 | 1 | 50
        A6 | M1 | 2026-06-05 | 已完成 | 香水 | 90 | 1 | 90
        """)
    settings = Settings.model_validate({"exclude": {"ids": ["店员"]}})
    with opened(write_csv(tmp_path / "订单.csv", rows), settings=settings) as shop:
        assert items(shop, "order_id", "product") == [("A6", "香水")]


def test_what_came_back_is_an_item_of_less_than_none(tmp_path: Path):
    rows = table("""
        订单号 | 原订单号 | 会员编号 | 付款时间 | 单据类型 | 商品 | 数量 | 金额
        A1 |  | M1 | 2026-06-01 | 销售 | 面膜 | 2 | 100
        R1 | A1 | M1 | 2026-06-05 | 退货 | 面膜 | 1 | 50
        """)
    with opened(write_csv(tmp_path / "流水.csv", rows)) as shop:
        assert items(shop, "quantity", "paid_amount", "refunded_amount") == [(-1, 0, 50), (2, 100, 0)]


def test_frames_typed_parquet_and_what_was_kept_hold_the_same_items(tmp_path: Path):
    header, *rows = table(ITEMS)
    frame = pd.DataFrame(rows, columns=header)
    numbers = ["单价", "数量", "实付金额", "退款金额"]
    frame[numbers] = frame[numbers].astype(float)
    frame["付款时间"] = pd.to_datetime(frame["付款时间"])
    csv = write_csv(tmp_path / "明细.csv", table(ITEMS))
    parquet = write_parquet(tmp_path / "明细.parquet", {name: frame[name].to_numpy() for name in header})
    keys = ("order_id", "product", "category", "quantity", "paid_amount", "refunded_amount")
    cache = Cache(tmp_path / "cache", 10**9, 30)
    shops = [open_shop([given], as_of=AS_OF, cache=cache) for given in (csv, csv, parquet, frame)]
    found = [items(shop, *keys) for shop in shops]
    lines = [order_lines(shop) for shop in shops]
    assert found == [found[0]] * 4
    assert lines == [lines[0]] * 4
    assert len(found[0]) == 3


def test_nothing_kept_holds_the_items_of_who_is_excluded(tmp_path: Path):
    rows = [
        *table(TOTALS),
        ["A9", "店员", "2026-06-01", "面膜", "50", "1", "80"],
        ["A9", "店员", "2026-06-01", "口红", "30", "1", "80"],
    ]
    settings = Settings.model_validate({"exclude": {"ids": ["店员"]}})
    orders = write_csv(tmp_path / "订单.csv", rows)
    for _ in range(2):
        with open_shop([orders], as_of=AS_OF, settings=settings, cache=Cache(tmp_path / "cache", 10**9, 30)) as shop:
            rows_kept = shop.engine.read("counted_rows", ()).to_pylist()
            assert {row["member_id"] for row in rows_kept} == {"M1", "M2"}


@pytest.mark.parametrize(
    "header",
    ["类目", "分类", "商品类目", "一级类目", "品类", "商品分类", "商品大类", "Category", "Product Type", "產品類別"],
)
def test_a_category_is_known_by_what_shops_call_it(tmp_path: Path, header: str):
    rows = [[header if cell == "商品类目" else cell for cell in row] for row in table(ITEMS)]
    with opened(write_csv(tmp_path / "明细.csv", rows)) as shop:
        assert {column.key: column.header for column in only_sheet(shop).columns}["category"] == header
        assert items(shop, "category") == [("彩妆",), ("护肤",), ("护肤",)]


def test_a_category_beside_a_platforms_own_columns_is_read_too(tmp_path: Path):
    """Of several levels the first is taken: the broad one."""
    header, row = export("douyin", {
        "主订单编号": "D1", "子订单编号": "D1-1", "选购商品": "面膜", "商品数量": "1", "商品单价": "50", "订单应付金额": "45",
        "收件人手机号": "13800138000", "订单提交时间": "2026-06-01 10:00:00", "支付完成时间": "2026-06-01 10:01:00", "订单状态": "已完成",
    })  # fmt: skip
    rows = [[*header, "二级类目", "一级类目"], [*row, "面部护理", "护肤"]]
    with opened(write_csv(tmp_path / "抖店.csv", rows)) as shop:
        assert only_sheet(shop).preset == "douyin-orders"
        assert items(shop, "product", "category", "quantity", "paid_amount") == [("面膜", "护肤", 1, 45)]


def test_a_category_that_says_what_rows_are_is_none_of_goods(tmp_path: Path):
    rows = table("""
        订单号 | 会员编号 | 付款时间 | 分类 | 商品 | 数量 | 金额
        A1 | M1 | 2026-06-01 | 销售出库 | 面膜 | 2 | 100
        R1 | M1 | 2026-06-05 | 退货入库 | 面膜 | 1 | 50
        """)
    with opened(write_csv(tmp_path / "流水.csv", rows)) as shop:
        assert only_sheet(shop).rows_used == 2
        assert sum(line["paid_amount"] - line["refunded_amount"] for line in order_lines(shop)) == 50


def test_items_of_orders_that_are_no_purchase_are_left_out_of_what_was_bought(tmp_path: Path):
    """Refunded in full before it left the shop, an order is none; the items of another are."""
    rows = table("""
        订单号 | 会员编号 | 付款时间 | 订单状态 | 商品 | 数量 | 实付金额 | 退款金额
        A1 | M1 | 2026-06-01 | 待发货 | 面膜 | 1 | 50 | 50
        A2 | M1 | 2026-06-02 | 已完成 | 口红 | 1 | 30 | 30
        A3 | M1 | 2026-06-03 | 已完成 | 小样 | 1 | 0 | 0
        A4 | M1 | 2026-06-04 | 已完成 | 香水 | 1 | 90 | 0
        """)
    with opened(write_csv(tmp_path / "明细.csv", rows)) as shop:
        shop.engine.run(step("items"), shop.study.parameters)
        bought = shop.engine.read("items", ("ordered_on",))
        assert bought["product"].to_pylist() == ["口红", "香水"]


def test_a_shop_whose_exports_list_no_items_has_none(tmp_path: Path):
    rows = table("订单号 | 会员编号 | 付款时间 | 实付金额\nA1 | M1 | 2026-06-01 | 10")
    with opened(write_csv(tmp_path / "订单.csv", rows)) as shop:
        assert items(shop, "order_id") == []
