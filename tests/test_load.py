"""Exports nobody listed become orders: what a row is, what an amount is, what shape a file may have."""

# Rows of a table stay on one line.

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from exports import (
    PLAIN,
    assert_every_row_is_accounted_for,
    brief,
    items,
    listed,
    only_sheet,
    opened,
    order_lines,
    plain_order,
    rejects,
    segment_bytes,
    skipped,
    table,
    warnings,
    write_csv,
    write_ods,
    write_xls,
    write_xlsx,
)
from siyu_cli.errors import SiyuError

# ---- any export: rows that are no data


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


def test_orders_of_a_day_are_one_purchase_day_and_its_refunds_stand_beside_it(tmp_path: Path) -> None:
    rows = [
        [*PLAIN[0], "退款金额", "退款时间"],
        [*plain_order(1, amount="100"), "", ""],
        [*plain_order(2, amount="50"), "", ""],
        [*plain_order(3, amount="30", day="2026-06-05"), "10", "2026-06-05 20:00"],
        [*plain_order(4, amount="20", day="2026-06-05"), "5", "2026-06-09 20:00"],
    ]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        days = shop.explain("M1").purchases.fillna({"gap_days": 0})
        found = [
            (day.ordered_on.day, day.order_count, day.paid_amount, day.refunded_amount, day.gap_days)
            for day in days.itertuples()
        ]
    assert found == [(1, 2, 150, 0, 0), (5, 2, 50, 0, 4), (5, 0, 0, 10, 0), (9, 0, 0, 5, 0)]


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


@pytest.mark.parametrize(
    ("header", "first", "second", "net"),
    [
        ("订单退款金额", "30", "30", 70),
        ("订单退款金额", "60", "40", 0),
        ("订单退款金额", "60", "0", 40),
        ("退款金额", "30", "30", 40),
    ],
)
def test_a_refund_that_is_the_order_s_counts_once_beside_the_amounts_of_its_items(
    tmp_path: Path, header: str, first: str, second: str, net: int
) -> None:
    rows = table(f"""
        订单号 | 会员编号 | 付款时间 | 商品 | 商品实付 | {header}
        A1 | M1 | 2026-06-01 10:00 | 茶 | 60 | {first}
        A1 | M1 | 2026-06-01 10:00 | 杯 | 40 | {second}
    """)
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert listed(shop)["M1"]["net_sales"] == net


HISTORIES = {
    "told apart by the update": ("更新时间", "2026-06-01 11:00", "2026-06-02 11:00", "2026-06-05 11:00"),
    "told apart by the status": ("备注", "", "", ""),
}


@pytest.mark.parametrize(("header", "first", "second", "third"), HISTORIES.values(), ids=HISTORIES)
def test_a_row_per_status_that_an_order_went_through_is_one_order(
    tmp_path: Path, header: str, first: str, second: str, third: str
) -> None:
    rows = table(f"""
        订单号 | 会员编号 | 下单时间 | 订单状态 | 实付金额 | {header}
        A1 | M1 | 2026-06-01 10:00 | 待付款 | 100 | {first}
        A1 | M1 | 2026-06-01 10:00 | 待发货 | 100 | {second}
        A1 | M1 | 2026-06-01 10:00 | 已完成 | 100 | {third}
        A2 | M2 | 2026-06-02 10:00 | 已完成 | 70 | {third}
    """)
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert [line[3] for line in brief(shop)] == [100, 70]
        assert skipped(shop) == {"order_total_repeated": 2}
        assert any("counted once per order" in note for note in warnings(shop))


def test_rows_of_one_status_without_items_are_each_a_part_of_the_order(tmp_path: Path) -> None:
    rows = table("""
        订单号 | 会员编号 | 下单时间 | 订单状态 | 支付方式 | 支付金额
        A1 | M1 | 2026-06-01 10:00 | 已完成 | 微信 | 50
        A1 | M1 | 2026-06-01 10:00 | 已完成 | 现金 | 50
    """)
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert listed(shop)["M1"]["net_sales"] == 100


def test_a_refund_that_was_refused_and_has_an_amount_all_the_same_is_told(tmp_path: Path) -> None:
    rows = table("""
        订单号 | 会员编号 | 下单时间 | 实付金额 | 售后状态 | 退款金额
        A1 | M1 | 2026-06-01 10:00 | 100 | 售后关闭 | 40
        A2 | M1 | 2026-06-02 10:00 | 100 | 退款成功 | 30
        A3 | M1 | 2026-06-03 10:00 | 100 | 无 | 0
    """)
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert listed(shop)["M1"]["net_sales"] == 230
        (note,) = [note for note in shop.load.report.warnings if "although" in note.message]
        assert (note.facts["rows"], note.facts["sum"], note.facts["word"]) == (1, "40.00", "售后关闭")
    rows[0] = [cell.replace("退款金额", "已退款金额") for cell in rows[0]]
    with opened(write_csv(tmp_path / "b.csv", rows)) as shop:
        assert not [text for text in warnings(shop) if "although" in text]


# ---- odd shapes


def test_odd_headers_reach_no_statement(tmp_path: Path) -> None:
    odd = ['";drop table x;--', "select", "列 名\n二", "c0", "row", "'", "%s {0}", "实付金额", "实付金额"]
    rows = [[*PLAIN[0][:3], *odd], ["A1", "M1", "2026-06-01", *["x"] * 7, "10", ""]]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert [line[3] for line in brief(shop)] == [10]


def test_three_hundred_columns_are_read_for_the_few_that_count(tmp_path: Path) -> None:
    rows = [[*row, *[f"列{at}" if number == 0 else str(at) for at in range(296)]] for number, row in enumerate(PLAIN)]
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
