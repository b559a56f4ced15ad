"""Results on disk: exact bytes, inert in a spreadsheet, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from siyu_cli import cells, masks
from siyu_cli.errors import OutputError, UsageError
from siyu_cli.render.write import csv_text, json_text, jsonl_text, replacing, write_json, write_table
from siyu_cli.signs import visible
from siyu_cli.tables.column import Column

COLUMNS = (
    Column("member_id", "id", "Member ID", "会员编号"),
    Column("joined_on", "date", "Joined on", "加入日期"),
    Column("seen_at", "instant", "Seen at", "访问时间"),
    Column("net_sales", "money", "Net sales", "净消费额"),
    Column("rate", "rate", "Rate", "率"),
    Column("orders", "count", "Orders", "订单数"),
    Column("is_referrer", "flag", "Referrer", "裂变"),
    Column("tags", "text", "Tags", "标签"),
)
META = {"version": "0.1.0", "as_of": dt.date(2026, 3, 1), "share": float("nan"), "split": Decimal("676.69")}


def sample() -> pa.Table:
    return pa.table(
        {
            "not_asked_for": ["x", "x", "x"],
            "member_id": ["00017", "王小明", None],
            "joined_on": pa.array([dt.date(2026, 2, 1), None, dt.date(1999, 12, 31)], pa.date32()),
            "seen_at": pa.array([dt.datetime(2026, 2, 1, 9, 30), None, None], pa.timestamp("us")),
            "net_sales": pa.array([Decimal("1234.50"), Decimal("-0.01"), None], pa.decimal128(18, 2)),
            "rate": [0.1, float("nan"), 1 / 3],
            "orders": [3, 0, None],
            "is_referrer": [True, False, None],
            "tags": ['say "hi", twice', "line\nbreak", ""],
        }
    )


def table_of(texts: list[str | None]) -> tuple[pa.Table, tuple[Column, ...]]:
    columns = (Column("a", "text", "A", "A"), Column("b", "count", "B", "B"))
    return pa.table({"a": pa.array(texts, pa.string()), "b": list(range(len(texts)))}), columns


def test_a_csv_has_these_very_bytes(tmp_path: Path) -> None:
    write_table(sample(), COLUMNS, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().decode("utf-8") == (
        "\ufeffmember_id,joined_on,seen_at,net_sales,rate,orders,is_referrer,tags\n"
        '00017,2026-02-01,2026-02-01T09:30:00,1234.50,0.1,3,true,"say ""hi"", twice"\n'
        '王小明,,,-0.01,,0,false,"line\nbreak"\n'
        ",1999-12-31,,,0.3333333333333333,,,\n"
    )


def test_a_json_holds_meta_and_records(tmp_path: Path) -> None:
    write_table(sample(), COLUMNS, tmp_path / "out.json", meta=META)
    text = (tmp_path / "out.json").read_text(encoding="utf-8")
    document = json.loads(text, parse_float=str)
    assert document["meta"] == {"version": "0.1.0", "as_of": "2026-03-01", "share": None, "split": "676.69"}
    assert document["records"][0] == {
        "member_id": "00017",
        "joined_on": "2026-02-01",
        "seen_at": "2026-02-01T09:30:00",
        "net_sales": "1234.50",
        "rate": "0.1",
        "orders": 3,
        "is_referrer": True,
        "tags": 'say "hi", twice',
    }
    assert document["records"][1]["rate"] is None
    assert document["records"][2]["member_id"] is None
    assert '"net_sales":1234.50' in text, "decimals keep their digits, as numbers"


def test_a_json_of_no_rows_is_still_a_document(tmp_path: Path) -> None:
    write_table(sample().slice(0, 0), COLUMNS, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == {"meta": {}, "records": []}


def test_a_jsonl_has_one_record_per_line(tmp_path: Path) -> None:
    write_table(sample(), COLUMNS, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["orders"] for line in lines] == [3, 0, None]


def test_a_parquet_keeps_types_and_carries_meta(tmp_path: Path) -> None:
    write_table(sample(), COLUMNS, tmp_path / "out.parquet", meta=META)
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names == [column.key for column in COLUMNS]
    assert table.schema.field("net_sales").type == pa.decimal128(18, 2)
    assert json.loads(table.schema.metadata[b"siyu"])["as_of"] == "2026-03-01"


@pytest.mark.parametrize("suffix", [".csv", ".json", ".jsonl", ".parquet"])
def test_equal_tables_give_equal_bytes_however_they_were_made(tmp_path: Path, suffix: str) -> None:
    table = sample()
    in_pieces = pa.concat_tables([table.slice(0, 1), table.slice(1, 2)]).replace_schema_metadata({"from": "x"})
    write_table(table, COLUMNS, tmp_path / f"a{suffix}", meta=META)
    write_table(in_pieces, COLUMNS, tmp_path / f"b{suffix}", meta=META)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())])
def test_text_is_text_however_arrow_stores_it(kind: pa.DataType) -> None:
    table, _columns = table_of(["=x", "a,b", None])
    stored = table.set_column(0, "a", table["a"].combine_chunks().cast(kind))
    assert "".join(csv_text(stored)) == "".join(csv_text(table))
    assert "".join(jsonl_text(stored)) == "".join(jsonl_text(table))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_starts_like_a_formula_is_inert_in_csv(start: str) -> None:
    table, columns = table_of([f"{start}1+1"])
    [_header, [cell, _b]] = csv.reader(io.StringIO("".join(csv_text(table, columns)), newline=""))
    assert cell == visible(f"'{start}1+1")


def test_other_texts_and_negative_numbers_stay_as_they_are() -> None:
    table = pa.table({"a": ["a=1", "'=1", "王-李", " x"], "b": [-1, -2, -3, -4], "c": [-0.5] * 4})
    assert "".join(csv_text(table)).splitlines()[1:] == [
        "a=1,-1,-0.5", "'=1,-2,-0.5", "王-李,-3,-0.5", " x,-4,-0.5",
    ]  # fmt: skip


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_every_text_comes_back_from_json_and_all_that_is_seen_of_it_from_csv(texts: list[str | None]) -> None:
    table, _columns = table_of(texts)
    _header, *rows = csv.reader(io.StringIO("".join(csv_text(table)), newline=""))
    assert [row[0].removeprefix("'") for row in rows] == [visible((text or "").removeprefix("'")) for text in texts]
    records = [json.loads(line) for line in "".join(jsonl_text(table)).split("\n")[:-1]]
    assert [record["a"] for record in records] == texts


@given(st.lists(st.none() | st.floats()))
def test_every_float_comes_back_from_csv(numbers: list[float | None]) -> None:
    table = pa.table({"a": pa.array(numbers, pa.float64()), "b": list(range(len(numbers)))})
    rows = list(csv.reader("".join(csv_text(table)).splitlines()))[1:]
    for number, (cell, _b) in zip(numbers, rows, strict=True):
        assert cell == "" if number is None or math.isnan(number) else float(cell) == number


def test_rows_keep_their_order_over_many_batches() -> None:
    table = pa.table({"n": pa.array(range(300_000))})
    assert "".join(csv_text(table)) == "n\n" + "".join(f"{number}\n" for number in range(300_000))


def test_a_stream_has_no_bom_and_otherwise_the_bytes_of_the_file(tmp_path: Path) -> None:
    write_table(sample(), COLUMNS, tmp_path / "out.csv")
    assert "".join(csv_text(sample(), COLUMNS)) == (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


def test_meta_of_a_csv_lies_beside_it(tmp_path: Path) -> None:
    written = write_table(sample(), COLUMNS, tmp_path / "out.csv", meta=META)
    assert written == (tmp_path / "out.csv", tmp_path / "out.csv.meta.json")
    assert json.loads(written[1].read_text())["split"] == 676.69
    assert write_table(sample(), COLUMNS, tmp_path / "plain.csv") == (tmp_path / "plain.csv",)


def test_an_unknown_suffix_names_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.json, \.jsonl, \.parquet"):
        write_table(sample(), COLUMNS, tmp_path / "out.doc")
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_numpy_and_decimals_have_a_json_form() -> None:
    import numpy as np

    document = {"n": np.int64(3), "x": np.float64("inf"), "d": Decimal("5"), "p": Path("a"), "t": (1,)}
    assert json_text(document) == '{"n": 3, "x": null, "d": 5, "p": "a", "t": [1]}'


def test_a_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    write_json({"a": 1}, tmp_path / "out.json")
    assert stat.S_IMODE((tmp_path / "out.json").stat().st_mode) == 0o600


def test_a_taken_name_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(OutputError, match=r"out\.csv already exists") as caught:
        write_table(sample(), COLUMNS, path)
    assert caught.value.exit_code == 73
    assert "--force" in (caught.value.hint or "")
    assert path.read_text() == "old"
    write_table(sample(), COLUMNS, path, force=True)
    assert path.read_text(encoding="utf-8-sig").startswith("member_id,")


def test_a_name_taken_while_we_wrote_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"

    def write() -> None:
        with replacing(path) as temporary:
            temporary.write_text("ours")
            path.write_text("theirs")

    with pytest.raises(OutputError, match="already exists"):
        write()
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["theirs"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")

    def write() -> None:
        with replacing(path, force=True) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["old"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no folder .*nowhere"):
        write_json({}, tmp_path / "nowhere" / "out.json")


def test_folders_and_devices_are_never_replaced(tmp_path: Path) -> None:
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(OutputError, match="folder or a device"):
            write_json({}, path, force=True)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_what_a_link_leads_to_was_not_named_and_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    with pytest.raises(OutputError, match=r"link\.json is a link to .*real\.json"):
        write_json({"a": 1}, tmp_path / "link.json", force=True)
    assert (tmp_path / "real.json").read_text() == "old"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_one_may_not_write_to_is_an_output_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may not be written to"):
        write_json({}, tmp_path / "out.json")


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")])
def test_being_refused_while_writing_is_an_output_error(tmp_path: Path, error: OSError) -> None:
    with pytest.raises(OutputError, match="may not be written to"), replacing(tmp_path / "out.txt"):
        raise error


def test_another_runs_temporary_file_is_left_alone(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as one:
        with replacing(tmp_path / "b.txt") as two:
            two.write_text("b")
        one.write_text("a")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def run(code: str, folder: Path) -> subprocess.Popen[str]:
    """Start Python on ``code`` in ``folder``; ``table`` is there, with 400,000 rows."""
    setup = """
        import pyarrow as pa
        from pathlib import Path
        from siyu_cli.errors import OutputError
        from siyu_cli.render.workbook import SheetColumn, SheetSpec, write_workbook
        from siyu_cli.render.write import write_table
        from siyu_cli.tables.column import Column

        table = pa.table({"n": pa.array(range(400_000)), "t": pa.array(["会员"] * 400_000)})
        columns = (Column("n", "count", "N", "N"), Column("t", "text", "T", "T"))
        sheet = SheetSpec("S", table, tuple(SheetColumn.of(column, "en") for column in columns))
        def write(name):
            if name.endswith(".xlsx"):
                write_workbook(Path(name), [sheet], force=True)
            else:
                write_table(table, columns, Path(name), force=True)
    """
    program = textwrap.dedent(setup) + textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", program], cwd=folder, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_a_killed_run_leaves_the_old_file_and_what_the_next_run_removes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")
    child = run(f"write({name!r})", tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".siyu-tmp-*")) and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert len(list(tmp_path.glob(".siyu-tmp-*"))) == 1
    write_json({}, tmp_path / "next.json")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["next.json", name]


@pytest.mark.parametrize("name", ["out.csv", "out.json", "out.jsonl", "out.parquet"])
def test_a_full_disk_is_an_output_error_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    child = run(
        f"""
        import resource, sys
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            write({name!r})
        except OutputError as error:
            sys.exit(str(error))
        """,
        tmp_path,
    )
    _, errors = child.communicate(timeout=60)
    assert errors.strip() == f"{name} cannot be written: the disk is full or a size limit is reached."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "phone", ["13800138000", "138****8000", "+8613800138000", "02188886666", "12345", "", "123456", "1234567"]
)
def test_a_column_of_phones_is_masked_as_the_screen_masks_them(phone: str) -> None:
    assert cells.mask_phones(pa.array([phone, None])).to_pylist() == [masks.mask_phone(phone), None]


@pytest.mark.parametrize("name", ["王小明", "欧阳", " 李雷 ", "Zhang San", "", "  ", "王"])
def test_a_column_of_names_is_masked_as_the_screen_masks_them(name: str) -> None:
    assert cells.mask_names(pa.array([name, None])).to_pylist() == [masks.mask_name(name), None]
