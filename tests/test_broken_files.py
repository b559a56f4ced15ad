"""Whatever is wrong with a file, reading it ends in an error that names it, or in rows with counted faults."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from broken import BOMBS, CORPUS, LOCKED, PASSWORD, Builder
from siyu_cli.cli.main import main
from siyu_cli.errors import (
    EXIT_BUG,
    EXIT_DONE,
    EXIT_FINDINGS,
    DataError,
    InputError,
    SiyuError,
)
from siyu_cli.files.read import Source, read_sources
from siyu_cli.tables.cleaned import REJECT_REASONS


def outcome(build: Builder, folder: Path, password: str | None = None) -> Source | SiyuError:
    path = build(folder)
    try:
        (source,) = read_sources([path], password=password)
    except SiyuError as error:
        return error
    for sheet in source.sheets:
        sheet.inspect()
    return source


@pytest.mark.parametrize("name", CORPUS)
def test_a_broken_file_ends_in_a_named_error_or_in_rows_with_faults(name: str, tmp_path: Path) -> None:
    result = outcome(CORPUS[name], tmp_path)
    if isinstance(result, SiyuError):
        told = result.as_dict()
        assert isinstance(result, InputError | DataError)
        assert result.where.file
        assert result.where.file.split("/")[0] in told["message"]
        assert told["hint"]
        assert "{" not in told["message"] + told["hint"]
    else:
        assert result.sheets
        for sheet in result.sheets:
            faults = sheet.faults + sheet.inspect().faults
            assert all(fault.reason in REJECT_REASONS and fault.row >= 1 for fault in faults)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux for its open files")
@pytest.mark.parametrize("name", [name for name in CORPUS if "zip" in name])
def test_a_zip_is_closed_once_it_was_read_and_not_when_memory_is_tidied(name: str, tmp_path: Path) -> None:
    gc.disable()
    try:
        result = outcome(CORPUS[name], tmp_path)  # kept, and with an error all that led to it
        left_open = [path for path in map(os.path.realpath, Path("/proc/self/fd").iterdir()) if str(tmp_path) in path]
    finally:
        gc.enable()
    assert result
    assert not left_open


def test_the_collection_is_large_enough() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("empty xlsx", DataError),
        ("empty zip of no bytes", DataError),
        ("xlsx cut in half", DataError),
        ("xls cut in half", DataError),
        ("parquet cut in half", DataError),
        ("zip cut in half", DataError),
        ("noise named csv", DataError),
        ("pdf named xlsx", InputError),
        ("web page named xls", InputError),
        ("noise named xlsx", InputError),
        ("unknown suffix", InputError),
        ("folder", InputError),
        ("missing", InputError),
        ("pipe", InputError),
        ("xlsx with a password", InputError),
    ],
)
def test_files_that_cannot_be_opened_are_told_from_files_that_cannot_be_used(
    name: str, kind: type[SiyuError], tmp_path: Path
) -> None:
    assert type(outcome(CORPUS[name], tmp_path)) is kind


def test_a_sheet_that_breaks_off_is_named_with_its_row(tmp_path: Path) -> None:
    result = outcome(CORPUS["sheet xml cut short"], tmp_path)
    assert isinstance(result, DataError)
    assert str(result.where) == "a.xlsx › 订单 › row 2"


def test_an_unreadable_file_says_so(tmp_path: Path) -> None:
    path = CORPUS["unreadable"](tmp_path)
    try:
        path.read_bytes()
    except PermissionError:
        with pytest.raises(InputError, match="permission denied"):
            read_sources([path])
    else:
        pytest.skip("this user may read everything")


@pytest.mark.parametrize("name", [name for name in BOMBS if "20,000" not in name])
def test_a_bomb_is_refused(name: str, tmp_path: Path) -> None:
    assert isinstance(outcome(BOMBS[name], tmp_path), SiyuError)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak of its memory")
def test_no_bomb_takes_the_memory(tmp_path: Path) -> None:
    paths = []
    for number, build in enumerate(BOMBS.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(str(build(folder)))
    script = (
        "import re, sys; from pathlib import Path\n"
        "from siyu_cli.errors import SiyuError; from siyu_cli.files.read import read_sources\n"
        "refused = 0\n"
        "for path in sys.argv[1:]:\n"
        "    try: read_sources([Path(path)])\n"
        "    except SiyuError: refused += 1\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(refused, re.search(r'VmHWM:\\s+(\\d+)', status).group(1))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True)
    refused, most = map(int, done.stdout.split())
    assert refused == len(BOMBS)
    assert most < 400 << 10  # KiB; the libraries alone are 100 MB


def test_a_failure_inside_the_native_reader_leaves_nothing_on_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(outcome(CORPUS["xlsb without a relation"], tmp_path), DataError)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "name",
    ["xlsx with a password", "zip of a locked xlsx", "zip with a password", "zip with a password in gbk"],
)
def test_the_right_password_opens_a_locked_file(name: str, tmp_path: Path) -> None:
    result = outcome(LOCKED[name], tmp_path, PASSWORD)
    assert isinstance(result, Source)
    assert result.sheets[0].cells.num_rows == 51


@pytest.mark.parametrize("name", ["xlsx with a password", "zip with a password", "zip of a locked xlsx"])
def test_a_missing_password_names_the_option_and_a_wrong_one_is_called_wrong(name: str, tmp_path: Path) -> None:
    without = outcome(LOCKED[name], tmp_path)
    wrong = outcome(LOCKED[name], tmp_path, "falsch")
    assert isinstance(without, InputError)
    assert "--password-env NAME" in (without.hint or "")
    assert isinstance(wrong, InputError)
    assert "password does not open" in str(wrong)


def test_the_first_broken_file_in_the_order_given_is_the_one_told_of(tmp_path: Path) -> None:
    names = ["一.csv", "二.csv", "三.csv"]
    for name in names:
        (tmp_path / name).write_bytes(b"" if name != "一.csv" else "订单号,金额\n1,2\n".encode())
    with pytest.raises(DataError) as caught:
        read_sources([tmp_path / name for name in names])
    assert caught.value.where.file == "二.csv"


@pytest.mark.parametrize("name", CORPUS)
def test_an_operator_gets_a_result_or_an_error_that_names_the_file_and_nothing_in_between(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = CORPUS[name](tmp_path)
    listed, before = tmp_path / "out" / "list.csv", set(tmp_path.iterdir())
    listed.parent.mkdir()
    ended = main(["segment", str(path), "--as-of", "2026-06-30", "--lang", "en", "-o", str(listed)])
    told = capfd.readouterr()
    assert "Traceback" not in told.err
    if ended in (EXIT_DONE, EXIT_FINDINGS):
        assert {made.name for made in listed.parent.iterdir()} == {"list.csv", "list.csv.meta.json"}
        assert main(["check", str(path), "--lang", "en", "--format", "json"]) in (EXIT_DONE, EXIT_FINDINGS)
        load = json.loads(capfd.readouterr().out)["load"]
        assert load["rows_in"] == load["rows_used"] + load["rows_rejected"] + load["rows_skipped"]
    else:
        assert ended == main(["check", str(path), "--lang", "en"]) != EXIT_BUG
        assert path.name in told.err
        assert "Hint: " in told.err
        assert not list(listed.parent.iterdir())
    assert set(tmp_path.iterdir()) == before | {listed.parent}
