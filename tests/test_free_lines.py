"""Lines of orders that have a price and cost nothing: gifts, what a combo is made of."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, write_csv
from test_kinds import figures, figures_of, rows_of

HEADER = "订单号|会员编号|下单时间|商品名称"
GIFTS = {
    "its column says so": f"{HEADER}|商品类型|单价|数量 / A1|m|2026-05-01|茶|普通商品|100|1 / A1|m|2026-05-01|杯|赠品|30|1",
    "yes to a gift": f"{HEADER}|是否赠品|金额 / A1|m|2026-05-01|茶|否|100 / A1|m|2026-05-01|杯|是|30",
    "a mark in brackets": f"{HEADER}|单价|数量 / A1|m|2026-05-01|茶|100|1 / A1|m|2026-05-01|【赠品】杯|30|1",
    "behind its name": f"{HEADER}|商品金额 / A1|m|2026-05-01|杯（赠品）|30 / A1|m|2026-05-01|茶|100",
    "in English": "order id|customer id|date|product|unit price|quantity / A1|m|2026-05-01|Tea|100|1 / A1|m|2026-05-01|Free gift: cup|30|1",
    "a line by itself": f"{HEADER}|小计 / A1|m|2026-05-01|茶|100 / A2|m|2026-05-02|0元购 小样|39",
    "a total on both lines": f"{HEADER}|订单金额 / A1|m|2026-05-01|茶|100 / A1|m|2026-05-01|【赠】杯|100",
    "a total on the gift": f"{HEADER}|订单金额 / A1|m|2026-05-01|【赠】杯|100 / A1|m|2026-05-01|茶|",
}  # fmt: skip


@pytest.mark.parametrize("written", GIFTS.values(), ids=GIFTS)
def test_the_price_of_a_gift_is_not_paid(tmp_path: Path, written: str) -> None:
    assert figures_of(tmp_path, written) == {"m": (100, 1)}


PAID_FOR = {
    "with a share of what was paid": f"{HEADER}|实付金额 / A1|m|2026-05-01|茶|80 / A1|m|2026-05-01|【赠品】杯|20",
    "sold with a gift": f"{HEADER}|金额 / A1|m|2026-05-01|【赠小样】精华|60 / A1|m|2026-05-01|茶（买一赠一）|40",
    "of a list of products": f"{HEADER}|订单金额 / A1|m|2026-05-01|【赠品】杯;茶|100",
    "a category": f"{HEADER}|商品类型|金额 / A1|m|2026-05-01|茶|礼品|60 / A1|m|2026-05-01|杯|女装|40",
    "said to be none": f"{HEADER}|商品类型|金额 / A1|m|2026-05-01|茶|非赠品|60 / A1|m|2026-05-01|杯|非赠品|40",
}


@pytest.mark.parametrize("written", PAID_FOR.values(), ids=PAID_FOR)
def test_what_was_paid_for_is_no_gift(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (100, 1)}
        assert not shop.load.report.findings


def test_an_order_of_nothing_but_a_gift_with_a_price_is_a_finding(tmp_path: Path) -> None:
    written = f"{HEADER}|商品金额 / A1|m|2026-05-01|赠品杯|30 / A2|m|2026-05-02|茶|100"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (130, 2)}
        (note,) = shop.load.report.findings
        assert (note.facts["rows"], note.facts["sum"]) == (1, "30.00")


COMBOS = {
    "its column says so": f"{HEADER}|商品类型|金额 / A1|m|2026-05-01|双人餐|套餐|100 / A1|m|2026-05-01|茶|套餐子商品|60 / A1|m|2026-05-01|饼|套餐子商品|60",
    "yes to a part": f"{HEADER}|是否子商品|金额 / A1|m|2026-05-01|双人套餐|否|100 / A1|m|2026-05-01|茶|是|60 / A1|m|2026-05-01|饼|是|60",
    "a branch in front": f"{HEADER}|单价|数量 / A1|m|2026-05-01|茶具套装|100|1 / A1|m|2026-05-01|├ 壶|60|1 / A1|m|2026-05-01|└ 杯|60|1",
    "what was paid twice": f"{HEADER}|商品类型|实付金额 / A1|m|2026-05-01|双人餐|套餐|100 / A1|m|2026-05-01|茶|套餐子商品|60 / A1|m|2026-05-01|饼|套餐子商品|40",
    "paid by its parts": f"{HEADER}|商品类型|实付金额 / A1|m|2026-05-01|双人餐|套餐|0 / A1|m|2026-05-01|茶|套餐子商品|60 / A1|m|2026-05-01|饼|套餐子商品|40",
    "without its own line": f"{HEADER}|商品类型|金额 / A1|m|2026-05-01|茶|套餐子商品|60 / A1|m|2026-05-01|饼|套餐子商品|40",
}  # fmt: skip


@pytest.mark.parametrize("written", COMBOS.values(), ids=COMBOS)
def test_a_combo_and_its_parts_are_paid_once(tmp_path: Path, written: str) -> None:
    assert figures_of(tmp_path, written) == {"m": (100, 1)}
