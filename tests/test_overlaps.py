"""The same order in several files counts once, whatever the order of files and rows."""

# Rows of a table stay on one line.

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import (
    PLAIN,
    assert_every_row_is_accounted_for,
    export,
    items,
    listed,
    opened,
    plain_order,
    rejects,
    segment_bytes,
    skipped,
    table,
    write_csv,
    write_xlsx,
    youzan_order,
)
from siyu_cli import Shop

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
    assert whole == shop_bytes(tmp_path, [header, *rows[:3]], [header, *rows[2:]]), "cut in the middle of an order"


@given(st.data())
@settings(max_examples=8, deadline=None)
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
def test_versions_that_differ_with_nothing_to_tell_are_both_rejected(tmp_path: Path, later: dict[str, str]) -> None:
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
    for shop in two_versions(tmp_path, stamped(alive, "2026-06-10 10:00"), stamped(closed, "2026-06-20 10:00")):
        with shop:
            assert not listed(shop)
            assert skipped(shop) == {"cancelled": 1, "superseded": 1}
    for shop in two_versions(tmp_path, stamped(alive, "2026-06-20 10:00"), stamped(closed, "2026-06-10 10:00")):
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
    details = items("A1|M1|2026-06-01|茶|60|1|60", "A1|M1|2026-06-01|杯|40|1|40", "A2|M2|2026-06-02|茶|30|1|30")
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
