"""Whoever waits sees it move: bytes of how many while a file is read, then its rows; on a terminal only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from commands import Run, runner
from siyu_cli import open_shop
from siyu_cli.progress import Progress, Written, watching

pty = pytest.importorskip("pty")
EXAMPLES = Path(__file__).parents[1] / "examples"
AS_OF = "2026-06-30"


class Told(Progress):
    def __init__(self) -> None:
        self.bytes: dict[str, list[tuple[int, int]]] = {}
        self.rows: dict[str, int] = {}
        self.written: list[Written] = []
        self.files: list[Path] = []

    def read(self, file: str, done: int, size: int) -> None:
        self.bytes.setdefault(file, []).append((done, size))

    def recognised(self, file: str, rows: int) -> None:
        self.rows[file] = rows

    def writes_to(self, path: Path) -> None:
        self.files.append(path)

    def wrote(self, done: Written) -> None:
        self.written.append(done)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "订单.csv"
    rows = "".join(f"A{n},V{n % 50},2026-06-0{n % 9 + 1},{n % 90 + 10}\n" for n in range(100_000))
    path.write_text("订单号,会员编号,付款时间,实付金额\n" + rows, "utf-8")
    return path


def test_a_text_file_moves_by_bytes_and_ends_with_its_rows(orders: Path):
    told, size = Told(), orders.stat().st_size
    with open_shop([orders], as_of=AS_OF, progress=told):
        pass
    places = [done for done, _size in told.bytes["订单.csv"]]
    assert {whole for _done, whole in told.bytes["订单.csv"]} == {size}
    assert max(places) == size
    assert any(0 < place < size for place in places)
    assert told.rows == {"订单.csv": 100_001}


def test_every_workbook_is_told_by_its_own_name():
    told = Told()
    with open_shop([EXAMPLES / "会员.xlsx", EXAMPLES / "订单.xlsx"], as_of=AS_OF, progress=told):
        pass
    assert set(told.bytes) == set(told.rows) == {"会员.xlsx", "订单.xlsx"}


def test_a_terminal_shows_files_moving_and_a_pipe_does_not(orders: Path, capsys: pytest.CaptureFixture[str]):
    run: Run = runner(capsys)
    assert "订单.csv" not in run("segment", str(orders), "--as-of", AS_OF, "--format", "csv").err
    command = [sys.executable, "-m", "siyu_cli", "segment", str(orders), "--as-of", AS_OF, "--lang", "en"]
    shown = on_a_terminal([*command, "--format", "json"])
    assert re.search(r"订单\.csv .*/[\d.]+ MB", shown)
    assert "100,001 rows" in shown
    assert "订单.csv" not in on_a_terminal([*command, "--format", "json", "--quiet"])


@pytest.fixture
def buyers(tmp_path: Path) -> Path:
    path = tmp_path / "买家.csv"
    rows = "".join(f"A{n},V{n},2026-06-0{n % 9 + 1},{n % 90 + 10}\n" for n in range(140_000))
    path.write_text("订单号,会员编号,付款时间,实付金额\n" + rows, "utf-8")
    return path


def test_a_workbook_moves_by_rows_and_sheets(buyers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    told = Told()
    with watching(told):
        assert runner(capsys)("segment", str(buyers), "--as-of", AS_OF, "-o", str(tmp_path / "a.xlsx")).code == 0
    first, *_between, last = told.written
    assert first.rows < last.rows <= first.of
    assert len(told.written) > 5
    assert (first.sheet, first.sheets > 3) == (last.sheet, True)
    assert [done.rows for done in told.written] == sorted(done.rows for done in told.written)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_list_moves_by_rows(buyers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str):
    told = Told()
    with watching(told):
        assert runner(capsys)("segment", str(buyers), "--as-of", AS_OF, "-o", str(tmp_path / f"a{suffix}")).code == 0
    assert told.written[-1] == Written(140_000, 140_000)
    assert 0 < told.written[0].rows < 140_000


def test_what_an_engine_writes_is_told_by_its_file(buyers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    told = Told()
    with watching(told):
        runner(capsys)("segment", str(buyers), "--as-of", AS_OF, "-o", str(tmp_path / "a.parquet"))
    assert [path.suffix for path in told.files] == [".parquet"]
    assert told.written == []


@pytest.mark.parametrize(("name", "shown"), [
    ("分层.xlsx", r"正在写入 分层\.xlsx….*14\d,\d{3} 行中的 [\d,]{5,} 行，第 \d/\d 张表"),
    ("分层.csv", r"正在写入 分层\.csv….*140,000 行中的 [\d,]{5,} 行"),
    ("分层.parquet", r"正在写入 分层\.parquet….*bytes"),
])  # fmt: skip
def test_a_terminal_shows_what_is_written(buyers: Path, tmp_path: Path, name: str, shown: str):
    command = [sys.executable, "-m", "siyu_cli", "segment", str(buyers), "--as-of", AS_OF, "--lang", "zh"]
    told = on_a_terminal([*command, "-o", str(tmp_path / name)])
    assert re.search(shown, re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", told))
    assert "行中的" not in on_a_terminal([*command, "-o", str(tmp_path / name), "--force", "--quiet"])


def on_a_terminal(command: list[str]) -> str:
    """Return what a command shows on stderr when that is a terminal."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # what Linux says where the other end was closed
                break
            if not piece:
                break
            shown += piece
        assert process.wait() == 0
    os.close(ours)
    return shown.decode(errors="replace")
