"""Which rows are one order: by its number, which its values may tell; else by time, and that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Run, runner
from siyu_cli.files.recognise import Match, recognise

AS_OF = ("--as-of", "2026-03-01")
# Seven baskets of three members at two stores and tills: two rows each, at different times of few days.
BASKETS = [(f"V{n % 3}", f"2026-02-0{n % 4 + 1} 1{n}:00", f"R{n}", f"S{n % 2}", f"T{n % 2}") for n in range(7)]


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def taken(number: str, store: str = "门店编号", till: str = "机台", *, timed: bool = True) -> Match:
    rows = [["会员号", "时间", number, store, till, "商品", "金额"]]
    for place, (member, time, basket, shop, machine) in enumerate(basket for basket in BASKETS for _ in "ab"):
        rows.append([member, time if timed else time[:10], basket, shop, machine, f"P{place % 2}", "10.50"])
    return recognise(rows, file="订单.csv", sheet=None, header_map={})


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("name", ["basket_id", "单据", "流水", "小票", "交易参考", "visit_ref", "票据"])
def test_a_number_that_is_one_members_at_one_time_is_the_orders(name: str, timed: bool):
    match = taken(name, timed=timed)
    assert (match.column("order_id").header, match.column("store").header) == (name, "门店编号")


@pytest.mark.parametrize("store", ["store_id", "店铺编码", "STORE_ID", "门店ID"])
def test_a_store_is_no_order_and_is_not_ignored(store: str):
    match = taken("序号", store)
    assert (match.column("order_id"), match.column("store").header) == (None, store)


def test_orders_put_together_by_time_are_told_with_the_map(run: Run, empty_folder: Path):
    rows = "".join(
        f"{member},{time[:10]},{till},{price}.00\n"
        for member, time, _, _, till in BASKETS for price in (10, 20)
    )  # fmt: skip
    (empty_folder / "订单.csv").write_text(f"会员号,日期,机台,金额\n{rows}", "utf-8")
    ended = run("check", "订单.csv", *AS_OF)
    assert ended.code == 0
    assert "订单.csv has no order number" in ended.err
    assert "(7 orders of 14 rows)" in ended.err
    assert "--map orders.order_id=" in ended.err
