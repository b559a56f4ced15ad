"""One list per employee or store: everybody's members once, each file a whole answer about its own."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from siyu_cli.cli.main import main

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = [str(EXAMPLES / name) for name in ("会员.xlsx", "订单.xlsx")]
ASKED = ["segment", *FILES, "--as-of", "2026-06-30", "--lang", "en", "--quiet"]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("split_by", ["owner", "store"])
def test_every_member_stands_in_the_list_of_their_own_employee_or_store(tmp_path: Path, split_by: str):
    assert main([*ASKED, "-o", str(tmp_path / "whole.csv")]) == 0
    (tmp_path / "parts").mkdir()
    assert main([*ASKED, "--split-by", split_by, "-o", str(tmp_path / "parts" / "list.csv")]) == 0
    parts = {path: rows_of(path) for path in (tmp_path / "parts").glob("*.csv")}
    assert len(parts) > 2
    for path, rows in parts.items():
        word = path.stem.removeprefix("list_")
        assert {row[split_by] for row in rows} == {"" if word == "(none)" else word}
    apart = sorted((row for rows in parts.values() for row in rows), key=lambda row: row["member_id"])
    assert apart == sorted(rows_of(tmp_path / "whole.csv"), key=lambda row: row["member_id"])


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl knows no data bars of its own age
def test_a_workbook_of_one_employee_counts_their_members_alone(tmp_path: Path):
    where = ["--where", "net_sales >= 1000 or order_days = 1"]
    assert main([*ASKED, *where, "--split-by", "owner", "-o", str(tmp_path / "list.xlsx")]) == 0
    for path in tmp_path.glob("list_*.xlsx"):
        book = openpyxl.load_workbook(path)
        listed = book["Members"].max_row - 1
        rows = list(book["Summary"].iter_rows(values_only=True))
        start = next(number for number, row in enumerate(rows) if row[0] == "Stage")
        assert sum(row[1] for row in rows[start + 1 :] if row[1] is not None) == listed > 0


def test_a_list_that_is_there_already_stops_all_of_them(tmp_path: Path, capsys):
    assert main([*ASKED, "--split-by", "owner", "-o", str(tmp_path / "list.csv")]) == 0
    lists = sorted(tmp_path.glob("list_*.csv"))
    for path in lists[1:]:
        path.unlink()
    before = sorted(tmp_path.iterdir())
    assert main([*ASKED, "--split-by", "owner", "-o", str(tmp_path / "list.csv")]) == 73
    assert sorted(tmp_path.iterdir()) == before


def test_lists_need_a_name(capsys):
    assert main([*ASKED, "--split-by", "owner"]) == 2
    assert "--split-by needs -o" in capsys.readouterr().err
