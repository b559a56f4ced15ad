"""Plans that are wrong, in both forms: an error that names the place and what is allowed, never a bug of ours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commands import Ended, Run, runner

GOOD = """
[campaign]
name = "夏日"
starts_on = 2026-07-01
ends_on = 2026-07-10
budget = 300

[[offers]]
name = "c20"
kind = "coupon"
value = 20

[limits]
usage = 100

[[responses]]
offer = "c20"
redemption_rate = 0.3
purchase_rate = 0.3
"""
# What is written instead of what, and what the error names.
TOML: dict[str, tuple[str, str, str]] = {
    "no day": ("starts_on = 2026-07-01", "", "campaign.starts_on"),
    "a day there is not": ("2026-07-01", '"2026-02-30"', "starts_on"),
    "a day as a number": ("2026-07-01", "20260701", "starts_on"),
    "days the wrong way round": ("ends_on = 2026-07-10", "ends_on = 2026-06-10", "ends_on"),
    "money in words": ("budget = 300", 'budget = "三百"', "budget"),
    "no money": ("budget = 300", "budget = 0", "budget"),
    "money below nothing": ("budget = 300", "budget = -5", "budget"),
    "endless money": ("budget = 300", "budget = inf", "budget"),
    "no number": ("budget = 300", "budget = nan", "budget"),
    "a flag for money": ("budget = 300", "budget = true", "budget"),
    "a list for money": ("budget = 300", "budget = [1]", "budget"),
    "a share above one": ("budget = 300", "budget = 300\ncontrol_share = 10", "control_share"),
    "everybody left alone": ("budget = 300", "budget = 300\ncontrol_share = 1", "control_share"),
    "a misspelt key": ("budget = 300", "buget = 300", "buget"),
    "a misspelt table": ("[limits]", "[limit]", "limit"),
    "a kind there is not": ('kind = "coupon"', 'kind = "cupon"', "kind"),
    "percent above a hundred": ("value = 20", 'value = 120\ndiscount_mode = "percent"', "value"),
    "nothing given": ("value = 20", "", "value"),
    "what the kind has not": ("value = 20", "value = 20\nrequired_points = 5", "required_points"),
    "half a piece": ("value = 20", "value = 20\nstock = 1.5", "stock"),
    "steps that fall": ("value = 20", "steps = [{minimum=200, value=30}, {minimum=100, value=10}]", "steps"),
    "a step without a value": ("value = 20", "steps = [{minimum=200}]", "value"),
    "prizes for a coupon": ("value = 20", 'value=20\nprizes=[{item="a",value=1,stock=1,chance=0.1}]', "prizes"),
    "an offer twice": ("[limits]", '[[offers]]\nname = "c20"\nkind = "coupon"\nvalue = 5\n[limits]', "c20"),
    "an answer to nothing": ('offer = "c20"', 'offer = "c30"', "c30"),
    "an answer twice": ("[[res", '[[responses]]\noffer="c20"\nredemption_rate=0\npurchase_rate=0\n[[res', "c20"),
    "measured without an interval": ("purchase_rate = 0.3", 'purchase_rate = 0.3\nsource = "measured"', "low"),
    "an interval the wrong way round": ("purchase_rate = 0.3", "purchase_rate = 0.3\nlow = 0.2\nhigh = 0.1", "high"),
    "a rate in percent": ("redemption_rate = 0.3", "redemption_rate = 30", "redemption_rate"),
    "an offer of other days": ("value = 20", "value = 20\nends_on = 2026-08-01", "c20"),
    "a limit of nothing": ("usage = 100", "usage = 0", "usage"),
    "a table for a list": ("[[offers]]", "[offers]", "offers"),
    "a number for a table": ("[campaign]", "limits = 5\n[campaign]", "limits"),
    "no offers": ('[[offers]]\nname = "c20"\nkind = "coupon"\nvalue = 20', "", "offers"),
    "no TOML": ("[campaign]", "[campaign", ":"),
    "a key twice": ("budget = 300", "budget = 300\nbudget = 400", ":"),
    "an audience that is no condition": ("budget = 300", 'budget = 300\nwhere = "阶段 ="', "阶段"),
    "an audience of unknown columns": ("budget = 300", 'budget = 300\nwhere = "没有 = 1"', "没有"),
    "an audience that would do harm": ("budget = 300", 'budget = 300\nwhere = "1=1; drop table members"', ""),
    "a segment there is not": ('offer = "c20"\nredemption', 'segment = "没有"\noffer = "c20"\nredemption', "没有"),
    "an audience of a label there is not": ("budget = 300", "budget = 300\nwhere = \"阶段 = '没有'\"", "没有"),
    "a channel there is not": ("budget = 300", 'budget = 300\nchannels = ["鸽子"]', "鸽子"),
    "no channel": ("budget = 300", "budget = 300\nchannels = []", "channels"),
}  # fmt: skip


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    Path("会员.csv").write_text("会员编号,企微同意\nm1,是\nm2,是\n", "utf-8")
    Path("订单.csv").write_text("订单号,会员编号,付款时间,实付金额\n1,m1,2026-06-01,50\n", "utf-8")
    monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.5")
    return runner(capsys, "campaign")


def refused(ended: Ended, name: str) -> None:
    assert ended.code in (65, 66, 78), (ended.code, ended.err)
    assert "bug of ours" not in ended.err
    assert "Traceback" not in ended.err
    assert name in ended.err, ended.err


def asked(run: Run, path: str) -> Ended:
    return run("plan", path, "会员.csv", "订单.csv", "--as-of", "2026-06-30", "--lang", "en")


def test_the_plan_all_others_are_made_of_is_a_good_one(run: Run):
    Path("plan.toml").write_text(GOOD, "utf-8")
    assert asked(run, "plan.toml").code in (0, 3)


@pytest.mark.parametrize("what", TOML)
def test_a_plan_that_is_wrong_is_refused_with_its_place(run: Run, what: str):
    old, new, name = TOML[what]
    assert old in GOOD
    Path("plan.toml").write_text(GOOD.replace(old, new, 1), "utf-8")
    refused(asked(run, "plan.toml"), name)


# --- Workbooks ------------------------------------------------------------------------------------------

CELLS: dict[str, tuple[str, str, Any, str]] = {
    "no name": ("活动", "name", None, "name"),
    "a day there is not": ("活动", "starts_on", "2026-02-30", "B2"),
    "a day in words": ("活动", "starts_on", "下周一", "B2"),
    "money in words": ("活动", "budget", "三百", "B4"),
    "a share above one": ("活动", "control_share", "20", "B7"),
    "a kind there is not": ("优惠", "kind", "折扣券", "B5"),
    "a stock in words": ("优惠", "stock", "很多", "5"),
    "steps in words": ("优惠", "steps", "满100减10", "5"),
    "steps without a value": ("优惠", "steps", "100:", "5"),
    "prizes without a chance": ("优惠", "prizes", "手机:4000", "5"),
    "neither yes nor no": ("优惠", "first_order_only", "也许", "5"),
    "percent in words": ("预计响应", "redemption_rate", "三成", "5"),
    "percent without a number": ("预计响应", "redemption_rate", "%", "5"),
    "a limit below one": ("上限", "usage", "-1", "B3"),
    "an answer to nothing": ("预计响应", "offer", "没有", "5"),
}


def workbook(run: Run) -> Any:
    assert run("template", "会员.csv", "订单.csv", "--as-of", "2026-06-30", "-o", "空.xlsx", "--lang", "zh").code in (
        0,
        3,
    )
    book = openpyxl.load_workbook("空.xlsx")
    for key, value in {"name": "夏日", "starts_on": "2026-07-01", "ends_on": "2026-07-10", "budget": "300"}.items():
        single(book["活动"], key).value = value
    item(book["优惠"], "value").value = "20"
    rows = book["预计响应"]
    for row in range(5, rows.max_row + 1):
        for column in (1, 2, 3, 4):
            rows.cell(row, column).value = None
    for row in range(5, rows.max_row + 1):
        for cell in rows[row]:
            cell.value = None
    for key, value in {"segment": "*", "offer": "优惠1", "redemption_rate": "30%", "purchase_rate": "0.3"}.items():
        item(rows, key).value = value
    return book


def single(sheet: Any, key: str) -> Any:
    return next(row[1] for row in sheet.iter_rows() if row[0].value == key)


def item(sheet: Any, key: str) -> Any:
    return next(sheet.cell(5, cell.column) for cell in sheet[1] if cell.value == key)


def test_the_workbook_all_others_are_made_of_is_a_good_one(run: Run):
    workbook(run).save("计划.xlsx")
    ended = asked(run, "计划.xlsx")
    assert ended.code in (0, 3), ended.err


@pytest.mark.parametrize("what", CELLS)
def test_a_cell_that_is_wrong_is_named_with_its_sheet(run: Run, what: str):
    sheet, key, value, cell = CELLS[what]
    book = workbook(run)
    place = single(book[sheet], key) if sheet in ("活动", "上限") else item(book[sheet], key)
    place.value = value
    book.save("计划.xlsx")
    ended = asked(run, "计划.xlsx")
    refused(ended, cell)
    assert sheet in ended.err
    assert value is None or re.search(rf"{sheet} › {place.coordinate}\b", ended.err), ended.err


@pytest.mark.parametrize(
    "what", ["a sheet gone", "a key twice", "a key there is not", "no workbook", "empty", "a folder"]
)
def test_a_workbook_that_is_none_of_ours_is_said_to_be(run: Run, what: str):
    path = Path("计划.xlsx")
    book = workbook(run)
    match what:
        case "a sheet gone":
            del book["优惠"]
        case "a key twice":
            book["优惠"].cell(1, 2).value = "name"
        case "a key there is not":
            book["优惠"].cell(1, 2).value = "种类们"
            book["优惠"].cell(5, 2).value = "coupon"
    book.save(path)
    if what == "no workbook":
        path.write_bytes(b"PK nothing")
    elif what == "empty":
        path.write_bytes(b"")
    elif what == "a folder":
        path.unlink()
        path.mkdir()
    refused(asked(run, str(path)), "计划.xlsx" if what != "a key there is not" else "种类们")
