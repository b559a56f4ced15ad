"""The workbook people open: its sheets, words, charts, formats; nothing in it computes, nothing is lost."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from siyu_cli.config.settings import Settings
from siyu_cli.core.lifecycle.question import Segment
from siyu_cli.core.lifecycle.report import report
from siyu_cli.core.lifecycle.tables import MOVES, RFM_SEGMENTS, RFM_SUMMARY, SEGMENTS, STAGE_SUMMARY, STAGES
from siyu_cli.files.loading.report import Input, LoadReport, SheetReport
from siyu_cli.render.reader import Reader
from siyu_cli.render.sheets import sheets
from siyu_cli.render.workbook import SheetColumn, SheetSpec, write_workbook
from siyu_cli.tables.column import Table
from test_workbook_writer import assert_well_formed

# openpyxl knows neither Excel's newer data bars nor the writer's chart extensions.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

MEMBERS: list[dict[str, Any]] = [
    {
        "member_id": "00017",
        "stage": "mature",
        "rfm_segment": "important_value",
        "r_score": 5,
        "order_days": 12,
        "net_sales": Decimal("1234567.80"),
        "average_order_value": 102880.65,
        "median_gap_days": 20.5,
        "last_order_on": dt.date(2026, 2, 1),
        "refund_rate": 0.125,
        "is_registered": True,
        "is_referrer": False,
        "history": "full",
        "stage_reason": "已有 12 个购买日，上次在 28 天前；满 4 个为成熟期",
        "phone": "13800138000",
        "name": "王小明",
    },
    {
        "member_id": "=1+1",
        "stage": "acquired",
        "is_registered": True,
        "history": "none",
        "tags": "+爱买新品",
        "phone": "13912345678",
        "name": "@李雷",
    },
    {
        "member_id": "123456789012345678",
        "stage": "churned",
        "rfm_segment": "general_winback",
        "history": "totals",
    },
]


def members(rows: list[dict[str, Any]], *, with_people: bool = True) -> pa.Table:
    kinds = {
        "date": pa.date32(), "money": pa.decimal128(18, 2), "count": pa.int64(), "number": pa.float64(),
        "rate": pa.float64(), "flag": pa.bool_(),
    }  # fmt: skip
    columns = {
        column.key: pa.array([row.get(column.key) for row in rows], kinds.get(column.kind, pa.string()))
        for column in SEGMENTS.columns
    }
    if with_people:
        people = {key: pa.array([row.get(key) for row in rows], pa.string()) for key in ("phone", "name")}
        columns = {"member_id": columns.pop("member_id"), **people, **columns}
    return pa.table(columns)


def summary(table: Table, keys: list[str]) -> pd.DataFrame:
    size = len(keys)
    numbers = {"members": [1000 + place for place in range(size)], "member_share": [1 / size] * size}
    sales = {"net_sales": [10.5 * place for place in range(size)], "sales_share": [1 / size] * size}
    return pd.DataFrame({table.columns[0].key: keys, **numbers, **sales})


def contents(**changes: Any) -> SimpleNamespace:
    """Return a segmentation with the numbers that are asked about, as its report reads it."""
    load = LoadReport(
        inputs=(Input("客户.xlsx", "9f" * 32, 1234, 403), Input("订单.csv", "ab" * 32, 5678, 12_000)),
        sheets=(
            SheetReport("客户.xlsx", "客户列表", "members", "youzan", None, 2, 403, 400, 1, {"title_row": 2}),
            SheetReport("订单.csv", None, "orders", None, "gb18030", 1, 12_000, 9_500, 0, {"no_member": 2_500}),
        ),
        rejects=(("bad_date", "row", 1), ("bad_phone", "cell", 25)),
    )
    by = pd.DataFrame(
        {
            "owner": ["小王", "小王", "小李", None],
            "stage": ["mature", "churned", "mature", "acquired"],
            "members": [3, 2, 7, 1],
            "member_share": [0.6, 0.4, 1.0, 1.0],
            "net_sales": [30.0, 2.0, 700.0, 9000.0],
            "sales_share": [0.9, 0.1, 1.0, 1.0],
        }
    )
    moves = {
        "stage_from": ["mature", "mature", "new", "churned"],
        "stage_to": ["mature", "declining", "acquired", "gone"],
    }
    given: dict[str, Any] = {
        "stages": summary(STAGE_SUMMARY, list(STAGES)),
        "rfm": summary(RFM_SUMMARY, list(RFM_SEGMENTS)),
        "grid": pd.DataFrame({"r_score": [5, 1], "f_score": [2, 1], "members": [7, 3], "net_sales": [70.0, 3.0]}),
        "is_masked": True,
        "members": members(MEMBERS),
        "load": load,
        "meta": {"version": "0.1.0", "command": "segment", "as_of": "2026-03-01", "where": None,
                 "parameters": {"rfm.bins": 5}},
        "splits": {"recency_days": 90.0, "order_days": 2, "net_sales": 676.69, "mode": "default", "bins": 5,
                   "bands": [{"measure": "money", "score": 5, "lowest": 1200.5, "highest": 9000.0, "buyers": 3}]},
        "windows": {"new_days": 30, "dormant_after": 90, "churned_after": 180, "declining_ratio": 1.5,
                    "mature_orders": 4, "welcome_points": 0, "shop_norm": 46.0,
                    "suggested": {"dormant_after": 75, "churned_after": None, "reason": "not enough history"}},
        "by": by,
        "movement": pd.DataFrame({**moves, "members": [20, 5, 7, 2]}),
    }  # fmt: skip
    found = SimpleNamespace(**(given | changes))
    found.study = SimpleNamespace(settings=Settings())
    found.table = SimpleNamespace(count=lambda: found.members.num_rows, is_parted=False)
    found.question, found.write_parquet, found.warnings = Segment(), None, found.load.warnings
    found.arrow = lambda keys: found.members.select(list(keys))
    return found


class Marked(Reader):
    """A reader in whose language every word of the catalogue is marked."""

    def translate(self, text: str) -> str:
        return f"译{text}"


def save(path: Path, found: SimpleNamespace, reader: Reader | None = None) -> openpyxl.Workbook:
    write_workbook(path, sheets(report(found), reader or Reader("en")))
    return openpyxl.load_workbook(path)


@pytest.fixture
def english(tmp_path: Path) -> openpyxl.Workbook:
    return save(tmp_path / "out.xlsx", contents())


def rows_of(sheet: Any, header_row: int = 1) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(min_row=header_row, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_sheets_come_in_the_order_people_read_them(tmp_path: Path, english: openpyxl.Workbook) -> None:
    assert english.sheetnames == [
        "Summary",
        "What to do next",
        "RFM segments",
        "What to do next, by RFM segment",
        "R × F Members",
        "R × F Net sales",
        "Stages by Owner",
        "Movement",
        "Members",
        "Definitions",
        "Data quality",
    ]
    short = save(tmp_path / "short.xlsx", contents(by=None, movement=None))
    assert {*english.sheetnames} - {*short.sheetnames} == {"Stages by Owner", "Movement"}


def test_the_summary_says_what_it_is_of_and_that_nothing_was_lost(english: openpyxl.Workbook) -> None:
    sheet = english["Summary"]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3, 4, 5)] == [
        "Lifecycle stages as of 2026-03-01",
        "As of 2026-03-01: 11,055 members, 8,028 of them buyers; net sales 577.50",
        "Where the money is: Unknown, 1,010 members with 9.1% of the sales · "
        "Returned, 1,009 members with 9.1% of the sales",
        "Falling silent: Declining, 1,006 members with 9.1% of the sales · "
        "Dormant, 1,007 members with 9.1% of the sales",
        "Since the last list: 5 of 25 members moved to another stage · Mature → Declining 5",
    ]
    assert english["Data quality"]["A3"].value == (
        "12,403 rows in = 9,900 used + 1 rejected + 2,502 skipped (title or header row 2, no member (guest) 2,500)"
    )
    rows = rows_of(sheet, 7)
    assert [row["Stage"] for row in rows] == [english_name for english_name, _zh in STAGES.values()]
    assert rows[1]["Members"] == 1001


def test_shares_have_data_bars_and_charts_point_at_the_table(english: openpyxl.Workbook) -> None:
    sheet = english["Summary"]
    ruled = {str(area.sqref) for area in sheet.conditional_formatting if area.rules[0].type == "dataBar"}
    assert ruled == {"C8:C18", "E8:E18"}
    drawn = [
        (series.val.numRef.f, series.cat.strRef.f, len(series.cat.strRef.strCache.pt))
        for chart in sheet._charts
        for series in chart.series
    ]
    assert drawn == [
        ("Summary!$B$8:$B$18", "Summary!$A$8:$A$18", 11),
        ("Summary!$D$8:$D$18", "Summary!$A$8:$A$18", 11),
    ]
    assert len(english["RFM segments"]._charts) == 2


def test_members_can_be_read_by_a_machine_too(english: openpyxl.Workbook) -> None:
    sheet = english["Members"]
    titles = [cell.value for cell in sheet[1]]
    assert titles == [
        "Member ID", "Phone", "Name", *(column.en for column in SEGMENTS.columns[1:]),
    ]  # fmt: skip
    first = rows_of(sheet)[0]
    assert first["Member ID"] == "00017"
    assert (first["Stage"], first["RFM segment"], first["History"]) == ("Mature", "Important: value", "full")
    assert (first["Net sales"], first["Last order on"]) == (1234567.8, dt.datetime(2026, 2, 1))
    assert (first["Registered"], first["Referrer"], first["Unfriended"]) == ("Yes", "No", None)


def test_every_value_looks_like_what_it_is(english: openpyxl.Workbook) -> None:
    sheet = english["Members"]
    cells = dict(zip((cell.value for cell in sheet[1]), sheet[2], strict=True))
    assert cells["Member ID"].data_type == "s"
    assert cells["Member ID"].number_format == "@"
    assert cells["Net sales"].number_format == cells["Average order value"].number_format == "#,##0.00"
    assert cells["Last order on"].number_format == "yyyy-mm-dd"
    assert cells["Refund rate"].number_format == "0.0%"
    assert english["Summary"]["B8"].number_format == "#,##0"
    assert english["Summary"]["C8"].number_format == "0.0%"


def test_the_header_is_bold_frozen_filtered_and_repeated_on_paper(english: openpyxl.Workbook) -> None:
    sheet = english["Members"]
    assert sheet["A1"].font.bold
    assert sheet["A1"].fill.fgColor.rgb == "FF1F4E5F"
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:AP4"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_columns_are_as_wide_as_what_they_show(english: openpyxl.Workbook) -> None:
    sheet = english["Members"]
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    width = {title: sheet.column_dimensions[letter].width for title, letter in letters.items()}
    assert width["Why this stage"] > 45, "a Chinese character is two wide"
    assert width["Member ID"] > 18
    assert width["R score"] < 12
    assert all(size <= 61 for size in width.values())


def test_phones_in_full_are_text_to_excel_and_people_stand_beside_their_key(tmp_path: Path) -> None:
    full = save(tmp_path / "full.xlsx", contents(is_masked=False))["Members"]
    assert (full["B2"].value, full["C2"].value) == ("13800138000", "王小明")
    assert full["B2"].number_format == "@"
    masked = save(tmp_path / "masked.xlsx", contents())["Members"]
    assert masked["B2"].number_format == "General", "a masked phone is no number to be protected"


def every_text(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8") for name in archive.namelist())


def test_nothing_in_the_workbook_is_a_formula(tmp_path: Path) -> None:
    sheet = save(tmp_path / "out.xlsx", contents())["Members"]
    assert rows_of(sheet)[1]["Member ID"] == "'=1+1", "and it stays inert when the sheet is saved as csv"
    assert rows_of(sheet)[1]["Tags"] == "'+爱买新品"
    assert "<f>" not in every_text(tmp_path / "out.xlsx")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_text_that_starts_like_a_formula_is_inert(tmp_path: Path, start: str) -> None:
    column = SheetColumn("a", f"{start}title", "text")
    write_workbook(
        tmp_path / "out.xlsx",
        [SheetSpec("S", pa.table({"a": [f"{start}1+1"]}), (column,), lines=(f"{start}line",))],
    )
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["S"]
    assert sheet["A1"].value.startswith("'")
    assert sheet["A4"].value.startswith("'")
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_an_office_program_opens_it_and_computes_nothing(tmp_path: Path) -> None:
    save(tmp_path / "out.xlsx", contents())
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", every_sheet, "--outdir", tmp_path, tmp_path / "out.xlsx"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = (tmp_path / "out-Members.csv").read_text(encoding="utf-8")
    assert "\n'=1+1," in text
    assert "\n123456789012345678," in text, "eighteen digits stay eighteen digits"
    assert (tmp_path / "out-Summary.csv").read_text(encoding="utf-8").startswith("Lifecycle stages as of 2026-03-01")


def test_in_chinese_every_word_of_the_contracts_is_chinese(tmp_path: Path) -> None:
    book = save(tmp_path / "out.xlsx", contents(), Reader("zh"))
    sheet = book["会员名单"]
    assert [cell.value for cell in sheet[1]][:5] == ["会员编号", "手机号", "姓名", "生命周期阶段", "RFM 分群"]
    first = rows_of(sheet)[0]
    assert (first["生命周期阶段"], first["RFM 分群"], first["数据来源"]) == ("成熟期", "重要价值客户", "完整")
    assert book["RFM 分群"]["A2"].value == "重要价值客户"
    items = [row["项目"] for row in rows_of(book["数据质量"], 5)]
    assert "跳过：无会员信息（游客）" in items


def test_every_other_word_goes_through_the_catalogue(tmp_path: Path) -> None:
    book = save(tmp_path / "out.xlsx", contents(), Marked("zh"))
    keys = {*STAGES, *SEGMENTS.keys, *STAGE_SUMMARY.keys, *MOVES.keys, "RFM"}
    keys |= {words[0] for words in RFM_SEGMENTS.values()}
    facts = {"siyu 0.1.0", "segment", "客户.xlsx", "订单.csv"}
    # Titles of sheets and columns stand in the contracts, in both languages.
    for sheet in book:
        texts = {value for row in sheet.values for value in row if isinstance(value, str)} - keys - facts
        if sheet.title != "译Members":
            latin = {text for text in texts if re.search("[A-Za-z]{2}", text)}
            assert [text for text in latin if "译" not in text and not re.match("SHA-256|RFM", text)] == []


def test_groups_stand_by_sales_and_nobodys_last(english: openpyxl.Workbook) -> None:
    rows = rows_of(english["Stages by Owner"])
    groups = [(row["Owner"], row["Members"], row["Net sales"], row["Mature"], row["Churned"]) for row in rows[:3]]
    assert groups == [("小李", 7, 700, 7, 0), ("小王", 5, 32, 3, 2), ("(none)", 1, 9000, 0, 0)]
    assert len(english["Stages by Owner"]._charts) == 1


def test_a_chart_is_left_out_where_nobody_could_read_it(tmp_path: Path) -> None:
    many = 50
    by = pd.DataFrame(
        {"store": [f"店{n:02}" for n in range(many)], "stage": ["mature"] * many, "members": [1] * many,
         "member_share": [1.0] * many, "net_sales": [1.0] * many, "sales_share": [1.0] * many}
    )  # fmt: skip
    assert save(tmp_path / "out.xlsx", contents(by=by))["Stages by Store"]._charts == []


def test_the_margins_of_the_movement_tie(english: openpyxl.Workbook) -> None:
    rows = {row["Before ↓  Now →"]: row for row in rows_of(english["Movement"], 4)}
    assert rows["Mature"]["Declining"] == 5
    assert rows["Mature"]["Churned"] is None
    assert rows["New"]["Acquired"] == 7
    assert rows["Churned"]["Gone"] == 2
    assert rows["Total"]["Total"] == 34
    for name, row in rows.items():
        assert row["Total"] == (sum(row[title] or 0 for title in list(row)[1:-1]) or None), name


def test_definitions_hold_every_number_a_label_rests_on(english: openpyxl.Workbook) -> None:
    rows = {row["Term"]: (row["Value"], row["Definition"]) for row in rows_of(english["Definitions"])}
    assert rows["Dormant"] == (
        "dormant",
        "silent for more than 90 days, and for more than 2 × their usual gap",
    )
    assert rows["High M"] == ("> 676.69", "net sales")
    assert rows["M score 5"][0] == "1,200.50 – 9,000.00"
    assert rows["Expected gap"][0] == "shop: 46 days"
    assert rows["Suggested windows"][0] == "dormant after 75 days, churned after – days"
    assert rows["Made by"] == ("siyu 0.1.0", "segment")
    assert rows["Parameter rfm.bins"][0] == "5"
    assert rows["Input 订单.csv"] == ("12,000 rows", "SHA-256 " + "ab" * 32)


def test_data_quality_accounts_for_every_row(english: openpyxl.Workbook) -> None:
    rows = rows_of(english["Data quality"], 5)
    orders = {row["Item"]: row["Rows"] for row in rows if row["File"] == "订单.csv"}
    assert orders == {"Rows read": 12_000, "Used": 9_500, "Rejected": 0, "Skipped: no member (guest)": 2_500}
    everywhere = {row["Item"]: row["Rows"] for row in rows if row["File"] == "All files"}
    assert everywhere == {"Row rejected: not a date": 1, "Cell left out, row used: not a mobile number": 25}


def test_a_shop_without_anything_still_makes_a_workbook(tmp_path: Path) -> None:
    full = contents()
    nothing = contents(
        stages=full.stages.iloc[:0], rfm=full.rfm.iloc[:0], grid=full.grid.iloc[:0], members=members([]),
        by=full.by.iloc[:0], movement=full.movement.iloc[:0], load=LoadReport((), ()),
        splits={**full.splits, "net_sales": None, "bands": []},
    )  # fmt: skip
    book = save(tmp_path / "out.xlsx", nothing)
    assert book["Members"].max_row == 1
    assert_well_formed(tmp_path / "out.xlsx")
