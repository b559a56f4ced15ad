"""The writer of workbooks: any cell, any type, any length is a file that Excel opens, or an error and no file."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ET
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from siyu_cli.errors import OutputError
from siyu_cli.render import workbook
from siyu_cli.render.workbook import Chart, SheetColumn, SheetSpec, write_workbook

# openpyxl knows neither Excel's newer data bars nor the writer's chart extensions.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

LIST = SheetSpec("S", pa.table({"n": list(range(1_000))}), (SheetColumn("n", "N", "count"),))


def assert_well_formed(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                ET.fromstring(archive.read(name))


def test_whatever_a_cell_holds_the_xml_is_well_formed(tmp_path: Path) -> None:
    odd = [
        "\x00a",
        "\x0b",
        "\ufffe",
        "_x0041_",
        "<&>\"'",
        " lead",
        "a\r\nb",
        "😀" * 40_000,
        "{=1}",
        "http://a.b/c",
        "",
    ]
    table = pa.table({"a": odd, "b": [float("nan"), float("inf")] + [1.5] * 9, "c": pa.nulls(11)})
    columns = (SheetColumn("a", "<&>", "text"), SheetColumn("b", "b", "money"), SheetColumn("c", "c", "text"))
    write_workbook(tmp_path / "out.xlsx", [SheetSpec("S", table, columns)])
    assert_well_formed(tmp_path / "out.xlsx")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["S"]["A6"].value == "<&>\"'"


def test_no_type_of_column_is_silently_left_empty(tmp_path: Path) -> None:
    values = {
        "decimal": pa.array([Decimal("1.50")]), "label": pa.array(["a"]).dictionary_encode(),
        "large": pa.array(["a"], pa.large_string()), "view": pa.array(["a"], pa.string_view()),
        "time": pa.array([dt.time(9, 30)], pa.time64("us")), "old": pa.array([dt.date(2026, 1, 2)], pa.date64()),
        "small": pa.array([7], pa.int8()), "instant": pa.array([dt.datetime(2026, 1, 2, 9, 30)], pa.timestamp("us")),
        "flag": pa.array([True]), "bytes": pa.array([b"a"]),
    }  # fmt: skip
    columns = tuple(SheetColumn(key, key, "text") for key in values)
    write_workbook(tmp_path / "out.xlsx", [SheetSpec("S", pa.table(values), columns)])
    [row] = openpyxl.load_workbook(tmp_path / "out.xlsx")["S"].iter_rows(min_row=2, values_only=True)
    assert None not in row
    assert row[:2] == (1.5, "a")


def test_columns_of_one_title_stay_apart(tmp_path: Path) -> None:
    columns = (SheetColumn("a", "门店", "text"), SheetColumn("b", "门店", "count"))
    write_workbook(tmp_path / "out.xlsx", [SheetSpec("S", pa.table({"a": ["x"], "b": [1]}), columns, bars=("b",))])
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["S"]
    assert [cell.value for cell in sheet[1]] == ["门店", "门店 2"]


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROW_LIMIT", 11)
    sheet = SheetSpec("会员名单", pa.table({"n": list(range(25))}), (SheetColumn("n", "N", "count"),))
    write_workbook(tmp_path / "out.xlsx", [sheet])
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["会员名单", "会员名单 2", "会员名单 3"]
    found = [number for part in book for (number,) in part.iter_rows(min_row=2, values_only=True)]
    assert found == list(range(25))
    assert all(part.auto_filter.ref for part in book)


def test_excels_last_row_is_used_and_not_passed(tmp_path: Path) -> None:
    table = pa.table({"n": pa.array(range(1_048_580))})
    write_workbook(tmp_path / "out.xlsx", [SheetSpec("S", table, (SheetColumn("n", "N", "number"),))])
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        first, second = (archive.read(f"xl/worksheets/sheet{n}.xml") for n in (1, 2))
    assert b'<row r="1048576"' in first
    assert second.count(b"<row ") == 1 + 5


def test_a_chart_carries_its_own_copy_of_the_numbers(tmp_path: Path) -> None:
    columns = (SheetColumn("k", "组", "text"), SheetColumn("v", "值", "count"))
    sheet = SheetSpec(
        "图 1",
        pa.table({"k": ["甲", "乙"], "v": [1, 2]}),
        columns,
        charts=(Chart("值", "k", ("v",), column=3),),
    )
    write_workbook(tmp_path / "out.xlsx", [sheet])
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        chart = archive.read("xl/charts/chart1.xml").decode("utf-8")
    assert re.findall(r"<c:v>(.*?)</c:v>", chart) == ["值", "甲", "乙", "1", "2"]
    assert "'图 1'!$B$2:$B$3" in chart


def test_a_taken_name_is_kept(tmp_path: Path) -> None:
    (tmp_path / "out.xlsx").write_text("old")
    with pytest.raises(OutputError, match="already exists"):
        write_workbook(tmp_path / "out.xlsx", [LIST])
    assert (tmp_path / "out.xlsx").read_text() == "old"


def test_too_little_room_for_temporary_files_is_said_before_work_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    with pytest.raises(OutputError, match="1 MB for temporary files") as caught:
        write_workbook(tmp_path / "out.xlsx", [LIST])
    assert "TMPDIR" in (caught.value.hint or "")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_all_the_same_is_an_output_error(tmp_path: Path) -> None:
    program = """
        import resource, sys
        import pyarrow as pa
        from pathlib import Path
        from siyu_cli.errors import OutputError
        from siyu_cli.render.workbook import SheetColumn, SheetSpec, write_workbook

        table = pa.table({"n": pa.array(range(400_000))})
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            write_workbook(Path("out.xlsx"), [SheetSpec("S", table, (SheetColumn("n", "N", "count"),))])
        except OutputError:
            sys.exit(73)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 73
    assert list(tmp_path.iterdir()) == []
