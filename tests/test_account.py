"""Every row is accounted for: used, skipped by a rule or rejected at a place; and what to know about a load."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import (
    PLAIN,
    assert_every_row_is_accounted_for,
    brief,
    export,
    listed,
    members,
    only_sheet,
    opened,
    people,
    plain_order,
    rejects,
    segment_bytes,
    skipped,
    table,
    warnings,
    write_csv,
    write_xlsx,
)


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


def test_formulas_without_a_value_and_error_cells_are_counted_where_they_stand(tmp_path: Path) -> None:
    rows = [*PLAIN, ["A3", "M3", "2026-06-03", "=A1*2"], ["A4", "M4", "2026-06-03", "#DIV/0!"]]
    with opened(write_xlsx(tmp_path / "formula.xlsx", rows)) as shop:
        shown = [(row["row"], row["column"], row["reason"], row["effect"], row["value"]) for row in rejects(shop)]
        assert shown == [
            (4, "实付金额", "formula_without_value", "row", "=A1*2"),
            (5, "实付金额", "error_cell", "row", "#DIV/0!"),
        ]
        assert_every_row_is_accounted_for(shop)


def test_a_refund_column_of_formulas_nobody_computed_is_not_taken_for_no_refunds(tmp_path: Path) -> None:
    rows = [[*PLAIN[0], "退款金额"], [*PLAIN[1], "=D2"], [*PLAIN[2], "=D3"]]
    with opened(write_xlsx(tmp_path / "formula.xlsx", rows)) as shop:
        assert [(row["reason"], row["effect"]) for row in rejects(shop)] == [("formula_without_value", "cell")] * 2


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
            name for (name,) in connection.execute("select view_name from duckdb_views() where not internal").fetchall()
        ]
        for name in {*names, *views}:
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


def test_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        paths.append(write_csv(tmp_path / str(number) / "订单.csv", [PLAIN[0], plain_order(number)]))
    with opened(*paths) as shop:
        assert [given.rows for given in shop.load.report.inputs] == [1, 1]
        assert_every_row_is_accounted_for(shop)


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
@settings(max_examples=12, deadline=None)
def test_rows_in_are_used_rejected_or_skipped_and_no_place_matters(
    tmp_path_factory: pytest.TempPathFactory, sheets: list[list[list[str]]], chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("messy")
    paths = [write_csv(folder / f"{number}.csv", rows) for number, rows in enumerate(sheets)]
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        assert shop.load.report.rows_in == sum(len(rows) - 1 for rows in sheets)
        first, reasons = segment_bytes(shop), {reject[:2] for reject in shop.load.report.rejects}
    for path, (header, clean, second, *rows) in zip(list(paths), sheets, strict=True):
        write_csv(path, [header, clean, second, *chance.sample(rows, len(rows))])
    chance.shuffle(paths)
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        assert segment_bytes(shop) == first
        # Not how many: of two files that are now the same to the byte, one is left out.
        assert {reject[:2] for reject in shop.load.report.rejects} == reasons


PEOPLE: dict[str, list[str]] = {
    "会员编号": ["M1", "M2", "", "-", "合计", "会员编号", "注：离职", "1.5E+16", "13800000001"],
    "手机号": ["13800000001", "13800000002", "138****0001", "1.38E+10", "", "123"],
    "姓名": ["张三", "李四", "王五", "", "姓名"],
    "注册时间": ["2025-01-01", "01/02/2026", "x", "", "2026-12-01", "46000"],
    "积分": ["5", "x", "", "1,000 分"],
    "等级": ["银卡", "", "——"],
    "消费次数": ["3", "", "?"],
    "上次消费时间": ["2026-05-01", "", "?"],
    "推荐人": ["M1", "13800000002", "", "M9"],
}
FRIENDS: dict[str, list[str]] = {
    "手机号": PEOPLE["手机号"],
    "添加人": ["小王", "小李", "", "添加人"],
    "添加时间": ["2025-03-01 10:00", "2026-12-01", "x", ""],
    "删除时间": ["", "2026-01-01", "x"],
}
CLEAN = {
    "会员编号": "M0",
    "手机号": "13800000009",
    "姓名": "赵六",
    "注册时间": "2025-01-01",
    "添加人": "小王",
    "添加时间": "2025-01-01",
}


def drawn(draw: st.DrawFn, cells: dict[str, list[str]]) -> list[list[str]]:
    rows = draw(st.lists(st.tuples(*map(st.sampled_from, cells.values())), max_size=12))
    return [list(cells), [CLEAN.get(name, "") for name in cells], *map(list, rows)]


@st.composite
def messy_people(draw: st.DrawFn) -> list[list[list[str]]]:
    return [drawn(draw, PEOPLE), drawn(draw, PEOPLE), drawn(draw, FRIENDS)]


@given(messy_people(), st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_lists_of_people_are_accounted_for_as_orders_are(
    tmp_path_factory: pytest.TempPathFactory, sheets: list[list[list[str]]], chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("people")
    paths = [write_csv(folder / f"{number}.csv", rows) for number, rows in enumerate(sheets)]
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        assert shop.load.report.rows_in == sum(len(rows) - 1 for rows in sheets)
        # A sheet of friends whose dates are mostly nonsense may be taken for members or for nothing, and is counted.
        *members, friends = [sheet.table for sheet in shop.load.report.sheets]
        assert members == ["members", "members"]
        assert friends in ("contacts", "members", None)
        first = segment_bytes(shop)
    for path, (header, clean, *rows) in zip(list(paths), sheets, strict=True):
        write_csv(path, [header, clean, *chance.sample(rows, len(rows))])
    chance.shuffle(paths)
    with opened(*paths) as shop:
        assert_every_row_is_accounted_for(shop)
        assert segment_bytes(shop) == first


# ---- what an operator should know


def test_an_old_export_is_called_stale(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", PLAIN)
    with opened(path, as_of="2026-06-04") as fresh, opened(path, as_of="2026-06-05") as stale:
        assert not warnings(fresh)
        assert warnings(stale) == ["The newest order is 3 days older than 2026-06-05: the export is probably stale."]


def test_many_small_orders_are_pointed_out(tmp_path: Path) -> None:
    for small, is_noted in ((2, False), (3, True)):
        rows = [
            PLAIN[0],
            *[plain_order(at, amount="5" if at < small else "50", day="2026-06-30") for at in range(100)],
        ]
        with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
            assert any("under 10" in note for note in warnings(shop)) is is_noted


def test_free_orders_are_counted_apart_unless_they_are_purchases(tmp_path: Path) -> None:
    from siyu_cli.config.settings import OrderSettings, Settings

    path = write_csv(
        tmp_path / "a.csv",
        [PLAIN[0], plain_order(1, day="2026-06-30"), plain_order(2, amount="0", day="2026-06-29")],
    )
    with opened(path) as shop:
        assert listed(shop)["M1"]["order_count"] == 1
        assert warnings(shop) == ["1 free orders are counted apart; orders.min_paid = 0 makes them purchases."]
    with opened(path, settings=Settings(orders=OrderSettings(min_paid=Decimal(0)))) as shop:
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
    rows = table("会员编号 | 注册时间 | 消费次数 | 消费金额 | 上次消费时间\nM1 | 2025-01-01 | 3 | 300 | 2026-06-20")
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
