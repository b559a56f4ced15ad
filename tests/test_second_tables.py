"""Two tables in one sheet are two: what stands under a second header is never counted as the first table's rows."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from commands import Ended, Run, runner

ORDERS = [
    ["订单号", "会员编号", "下单时间", "实付金额"],
    ["A1", "V1", "2026-06-01", "100"],
    ["A2", "V2", "2026-06-02", "120"],
]
REFUNDS = [["退款编号", "客服", "申请时间", "退款金额"], ["T1", "小王", "2026-06-05", "70"]]


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def segmented(run: Run, rows: list[list[str | None]]) -> Ended:
    Path("订单.csv").write_text("\n".join(",".join(cell or "" for cell in row) for row in rows), "utf-8")
    return run("segment", "订单.csv", "--as-of", "2026-06-10", "-o", "a.json", "--force")


def load() -> dict[str, int]:
    return json.loads(Path("a.json").read_text("utf-8"))["load"]


@pytest.mark.parametrize("between", [[], [[None] * 4], [[None] * 4, ["退款明细", None, None, None]]], ids=len)
def test_refunds_under_orders_are_no_purchases(run: Run, between):
    ended = segmented(run, [*ORDERS, *between, *REFUNDS])
    assert "net sales 220.00" in ended.out
    assert f"a second table begins in row {4 + len(between)}" in ended.err
    assert (load()["rows_in"], load()["rows_used"]) == (3 + len(between), 2)


def test_a_header_that_begins_alike_begins_another_table_too(run: Run):
    other = [["订单号", "会员编号", "申请时间", "客服备注", "退款编号"], ["A1", "V1", "2026-06-05", "多付", "T1"]]
    assert "net sales 220.00" in segmented(run, [*ORDERS, *other]).out
    assert load()["rows_used"] == 2


def test_orders_under_orders_are_read_by_their_own_header(run: Run):
    later = [["下单时间", "实付金额", "订单号", "会员编号"], ["2026-06-03", "30", "A3", "V1"]]
    assert "net sales 250.00" in segmented(run, [*ORDERS, *later]).out


def test_members_under_orders_are_members(run: Run):
    members = [["会员编号", "手机号", "姓名", "注册时间"], ["V3", "13900000003", "王小明", "2026-05-30"]]
    assert "3 members, 2 of them buyers" in segmented(run, [*ORDERS, [None] * 4, *members]).out


def test_a_header_that_is_repeated_and_a_row_of_words_begin_nothing(run: Run):
    ended = segmented(run, [*ORDERS, ORDERS[0], ["A3", "V3", "2026-06-03", "30"], ["A4", "小王说", "看情况", "再说吧"]])
    assert "second table" not in ended.err
    assert (load()["rows_used"], load()["rows_rejected"], load()["skipped"]["title_row"]) == (3, 1, 1)


@pytest.mark.parametrize(
    "mistyped",
    [
        ["A1", "138****0001", "昨天", ""], ["总计", "会员编号", "昨天", "已发货"], ["订单号", "会员编号", "已发货", ""],
        ["备注：无", "1.38E+10", "昨天", "会员编号"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_mistyped_row_begins_no_table_and_takes_no_rows_with_it(run: Run, mistyped: list[str]):
    segmented(run, [*ORDERS, mistyped, ["A3", "V3", "2026-06-03", "30"]])
    assert (load()["rows_in"], load()["rows_used"]) == (4, 3)


def test_in_a_workbook_rows_keep_their_numbers(run: Run):
    book = openpyxl.Workbook()
    later = [["下单时间", "实付金额", "订单号", "会员编号"], ["2026-06-03", "30", "A3", "V1"]]
    later.append(["坏日期", "5", "A9", "V9"])
    for row in [["六月"], *ORDERS, [], *later]:
        book.active.append(row)
    book.save("订单.xlsx")
    ended = run("check", "订单.xlsx", "--as-of", "2026-06-10", "--rejects", "r.csv", "--format", "csv")
    assert ended.code == 3
    assert "row 6 " in ended.err
    assert ",8," in Path("r.csv").read_text("utf-8-sig").splitlines()[1]


TITLED = {
    "a title between them": [["退货明细", None, None, None]],
    "a title and the same header": [["6月退货", None, None, None], ORDERS[0]],
    "a blank row and a title": [[None] * 4, ["退款单", None, None, None], ORDERS[0]],
    "a header in other words": [["退货明细", None, None, None], ["单号", "会员号", "日期", "金额"]],
}


@pytest.mark.parametrize("between", TITLED.values(), ids=TITLED)
def test_what_stands_under_a_title_of_returns_is_given_back(run: Run, between):
    ended = segmented(run, [*ORDERS, *between, ["T1", "V2", "2026-06-05", "30"]])
    assert "net sales 190.00" in ended.out


def test_sales_under_a_title_of_sales_are_sales_again(run: Run):
    returns = [["退货明细", None, None, None], ["T1", "V2", "2026-06-05", "30"]]
    sales = [["销售明细", None, None, None], ["A3", "V2", "2026-06-06", "50"]]
    assert "net sales 240.00" in segmented(run, [sales[0], *ORDERS, *returns, *sales]).out


def test_returns_titled_above_their_header_are_returns(run: Run):
    Path("销售.csv").write_text("\n".join(",".join(row) for row in ORDERS), "utf-8")
    returns = "退货明细,,,\n单号,会员编号,日期,金额\nT1,V2,2026-06-05,30"
    Path("二.csv").write_text(returns, "utf-8")
    assert "net sales 190.00" in run("segment", "销售.csv", "二.csv", "--as-of", "2026-06-10", "-o", "a.json").out


def test_a_remark_of_one_cell_begins_no_section(run: Run):
    ended = segmented(run, [*ORDERS, ["退货请联系小王", None, None, None], ["A3", "V2", "2026-06-06", "50"]])
    assert "net sales 270.00" in ended.out


MEMBERS = [
    ["会员编号", "姓名", "手机号", "注册时间"],
    ["V3", "王小明", "13900000003", "2026-05-30"],
    ["V4", "李雷雷", "13900000004", "2026-05-30"],
]
MORE = [["订单号", "会员编号", "下单时间", "实付金额", "商品名称", "数量"], *([*row, "茶", "1"] for row in ORDERS[1:])]


@pytest.mark.parametrize("between", [[], [[None] * 4], [[None] * 4, ["订单明细", None, None, None]]], ids=len)
def test_a_table_above_one_whose_header_says_more_is_read_too(run: Run, between):
    ended = segmented(run, [*MEMBERS, *between, *MORE])
    assert "4 members, 2 of them buyers" in ended.out
    assert f"a second table begins in row {4 + min(1, len(between))}" in ended.err
    assert load()["rows_used"] == 4


def test_a_summary_above_the_orders_is_told(run: Run):
    summary = [["日期", "门店", "营业额"], *([f"2026-06-0{day}", "东店", "900"] for day in range(1, 4)), [None] * 4]
    ended = segmented(run, [*summary, *ORDERS, *([f"A{n}", "V1", "2026-06-03", "1"] for n in range(3, 6))])
    assert ended.code == 0
    assert "3 rows above the header, in row 6, hold values and were not read" in ended.err


def test_what_was_asked_for_above_the_header_is_no_data(run: Run):
    asked = [["统计区间", "2026-06-01", "2026-06-30", None], ["导出时间：2026-06-30 10:00", None, None, None]]
    ended = segmented(run, [*asked, *ORDERS])
    assert (ended.code, load()["rows_in"]) == (0, 2)
    assert "not read" not in ended.err


@pytest.mark.parametrize("at", [1, 2, 3, 60])
def test_a_header_that_was_sorted_among_its_rows_loses_none_of_them(run: Run, at: int):
    rows = [*ORDERS[1:], *([f"A{n}", f"V{n % 3}", f"2026-06-0{n % 9 + 1}", "10"] for n in range(3, 61))]
    ended = segmented(run, [*rows[:at], ORDERS[0], *rows[at:]])
    assert "net sales 800.00" in ended.out
    assert (load()["rows_in"], load()["rows_used"], load()["skipped"]) == (61, 60, {"title_row": 1})


def test_members_sorted_with_their_header_are_all_read(run: Run):
    Path("会员.csv").write_text("\n".join(",".join(row) for row in [*MEMBERS[1:], MEMBERS[0]]), "utf-8")
    ended = run("segment", "会员.csv", "--as-of", "2026-06-10")
    assert ended.out.count("\n") == 3


@pytest.mark.parametrize("name", ["订单.xlsx", "订单.xls", "订单.ods"])
def test_workbooks_are_read_alike(run: Run, name: str):
    from exports import write_ods, write_xls, write_xlsx

    write = {".xlsx": write_xlsx, ".xls": write_xls, ".ods": write_ods}[Path(name).suffix]
    write(Path(name), [*ORDERS[1:], ORDERS[0], ["A3", "V1", "2026-06-03", "30"]])
    assert "net sales 250.00" in run("segment", name, "--as-of", "2026-06-10", "--format", "table").out


def test_a_table_above_that_nothing_can_be_made_of_is_counted_row_by_row(run: Run):
    header = ["退款单号", "订单号", "会员编号", "退款时间", "退款状态", "单价", "原因"]
    above = [header, *([f"M{n}", f"E2026{n}", f"R{n}", "2026-06-05", "退款成功", "true", "不想要"] for n in range(12))]
    known = {
        "会员等级": "金卡",
        "积分": "10",
        "生日": "1990-01-11",
        "归属员工": "小陈",
        "标签": "茶",
        "累计消费金额": "99.00",
    }
    people = [[*row, *known.values(), "V3"] for row in MEMBERS[1:]]
    ended = segmented(run, [*above, [*MEMBERS[0], *known, "邀请人"], *people])
    assert ended.code == 3, ended.err
    assert "12 rows above the header, in row 14, hold values and were not read" in ended.err
