"""The life of the process: signals, streams, memory, temporary files. However it ends, what is on disk is whole."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from commands import Run, runner
from siyu_cli.errors import DataError, EngineError, OutputError
from siyu_cli.machine.failures import as_known
from siyu_cli.private import OwnFolder, make_private
from siyu_cli.remarks import take_remarks

resource = pytest.importorskip("resource")

MEMBERS = "会员编号,手机号,入会时间,归属员工\n" + "".join(
    f"M{number},1380000{number:04},2025-01-01,{'王' if number % 2 else '李'}\n" for number in range(200)
)
ORDERS = "订单号,会员编号,付款时间,实付金额\n" + "".join(
    f"D{number},M{number % 200},2025-0{number % 8 + 1}-1{number % 9},{number % 90}9.00\n" for number in range(900)
)
FILES = ("会员.csv", "订单.csv")
AS_OF = ("--as-of", "2025-09-01", "--quiet")
SEGMENT = ("segment", *FILES, *AS_OF)


@pytest.fixture
def shop(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    Path("会员.csv").write_text(MEMBERS, "utf-8")
    Path("订单.csv").write_text(ORDERS, "utf-8")
    (empty_folder.parent / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(empty_folder.parent / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)  # looked up anew
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    take_remarks()
    return runner(capsys)


def start(*arguments: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "siyu_cli", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def ended(*arguments: str, **options: object) -> tuple[int, str]:
    with start(*arguments, **options) as process:
        _, err = process.communicate(timeout=60)
    return process.returncode, err


def limited(kind: int, size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (size, size))


def leftovers(shop: Path) -> list[str]:
    """Return what a killed process may leave anywhere: temporary files, spilled data, snapshots nobody knows, runs."""
    places = (*shop.rglob(".siyu-tmp-*"), *(shop.parent / "tmp").iterdir(), *shop.glob(".siyu/snapshots/.*"))
    found = [place.name for place in places]
    if not (shop / ".siyu" / "ledger.db").exists():
        return found
    ledger = sqlite3.connect(shop / ".siyu" / "ledger.db")
    assert ledger.execute("pragma integrity_check").fetchone() == ("ok",)
    found += [f"running {run}" for (run,) in ledger.execute("select run_id from runs where status = 'running'")]
    known = {Path(path).name for (path,) in ledger.execute("select path from snapshots")}
    ledger.close()
    return found + [path.name for path in shop.glob(".siyu/snapshots/*.parquet") if path.name not in known]


# --- Signals ------------------------------------------------------------------------------------------

# Ctrl-C reaches the main thread, which then waits for a thread that reads.
# Whatever the tests themselves were started to ignore.
HEED = "import signal; signal.signal({number}, signal.default_int_handler if {number} == 2 else signal.SIG_DFL)"
SLOW = """
import sys, time
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
from siyu_cli.cli import frame, main
from siyu_cli.private import OwnFolder
def slow(*_):
    with ThreadPoolExecutor() as pool:
        pool.submit(time.sleep, 60)
        OwnFolder(Path("."), ".siyu-tmp-")
        print("reading", flush=True)
        pool.submit(time.sleep, 60).result()
frame.load_shop = slow
sys.argv[1:] = ["segment", "会员.csv", "--as-of", "2025-09-01", "--quiet"]
main.run()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_process_within_a_second_and_leaves_nothing(shop: Path, number: int, code: int):
    Path("siyu.toml").write_text("")
    command = [sys.executable, "-c", HEED.format(number=number) + SLOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"reading\n"
        assert [name for name in leftovers(shop) if not name.startswith("running")] != []
        child.send_signal(number)
        began = time.monotonic()
        _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (code, b"")
    assert time.monotonic() - began < 5  # a second, on a machine that has nothing else to do
    assert leftovers(shop) == []
    ledger = sqlite3.connect(".siyu/ledger.db")
    assert ledger.execute("select status from runs").fetchall() == [("interrupted",)]
    ledger.close()


FAILS = """
import os, signal, sys
from siyu_cli.cli import frame, main
def fails(*_):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt as error:
        raise RuntimeError("cannot schedule new futures after shutdown") from error
frame.load_shop = fails
sys.argv[1:] = ["segment", "会员.csv", "--as-of", "2025-09-01", "--quiet"]
main.run()
"""


def test_a_signal_that_comes_when_the_command_has_ended_is_no_traceback():
    late = "import os, signal; from siyu_cli.cli import main; "
    late += "main.main = lambda: os.kill(os.getpid(), signal.SIGTERM) or 0; main.run()"
    done = subprocess.run([sys.executable, "-c", late], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


def test_a_signal_while_the_ledger_closes_is_no_traceback(shop: Path):
    Path("siyu.toml").write_text("", "utf-8")
    late = """
import os, signal, sqlite3, sys
from sqlalchemy.engine.default import DefaultDialect
from siyu_cli.cli import main
close = DefaultDialect.do_close
def interrupted(self, connection):
    DefaultDialect.do_close = close
    os.kill(os.getpid(), signal.SIGTERM)
DefaultDialect.do_close = interrupted
sys.argv = ["siyu", "suppress", "list"]
main.run()
"""
    done = subprocess.run([sys.executable, "-c", late], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (143, "")


def test_what_fails_because_a_signal_came_is_not_told_as_a_bug(shop: Path):
    told = subprocess.run([sys.executable, "-c", FAILS], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (143, "")


def test_a_job_that_shall_outlive_its_terminal_is_not_ended_by_it(shop: Path):
    with start(*SEGMENT, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as child:
        time.sleep(0.3)
        child.send_signal(signal.SIGHUP)
        child.communicate(timeout=60)
    assert child.returncode == 0


def test_killed_at_any_moment_all_is_whole_and_the_next_run_clears_up(shop: Path):
    Path("siyu.toml").write_text("")
    commands = [
        ("segment", *FILES, *AS_OF, "--force", "-o", "s.xlsx"),
        ("churn", *FILES, *AS_OF, "--force", "--all", "--split-by", "owner", "-o", "c.csv"),
        ("init", *AS_OF, "--force", "-o", "new.toml"),
    ]
    for command in commands:
        assert ended(*command)[0] in (0, 3)
    before = {path: path.read_bytes() for path in shop.iterdir() if path.is_file()}
    moments = random.Random(10)
    for command, number in zip(commands * 2, [signal.SIGKILL] * 5 + [signal.SIGTERM], strict=True):
        with start(*command) as child:
            time.sleep(moments.uniform(0.2, 1.2))
            child.send_signal(number)
    after = {path: path.read_bytes() for path in shop.iterdir() if path.is_file()}
    assert after.keys() == before.keys()
    assert [path.name for path in before if after[path] != before[path]] == []
    assert ended(*commands[0])[0] == 0
    assert leftovers(shop) == []


KILLED = """
import os, signal, sys, tempfile
from pathlib import Path
from siyu_cli.cli import frame, main
from siyu_cli.private import BESIDE, OF_RUN, OwnFolder
def killed(*_, **__):
    Path("结果").mkdir()
    for place, prefix in (("结果", BESIDE), (".", BESIDE), (tempfile.gettempdir(), OF_RUN)):
        OwnFolder(Path(place), prefix)
    os.kill(os.getpid(), signal.SIGKILL)
frame.load_shop = killed
import siyu_cli.demo
siyu_cli.demo.write_shop = killed
main.run()
"""


@pytest.mark.parametrize(
    ("command", "after"),
    [
        (("segment", *FILES), ("suppress", "add", "M7")),
        (("explain", "M1", *FILES), ("forget", "M7", "--yes")),
        (("demo", "样", "--members", "9"), ("suppress", "remove", "M7")),
    ],
)
def test_whatever_runs_next_under_the_lock_clears_up_wherever_that_lies_and_says_so(
    run: Run, shop: Path, command: tuple[str, ...], after: tuple[str, ...]
):
    Path("siyu.toml").write_text("")
    assert run("suppress", "list").code == 0  # the shop remembers
    subprocess.run([sys.executable, "-c", KILLED, *command, *AS_OF], check=False)
    assert len([name for name in leftovers(shop) if "siyu-" in name]) == 3
    ended = run(*after)
    assert (ended.code, leftovers(shop)) == (0, [])
    for place in (shop / "结果", shop, shop.parent / "tmp"):
        assert f"left in {place} was removed" in ended.err
    assert list(Path(".siyu").glob("working/*")) == []


def test_what_a_live_run_has_is_left_alone(tmp_path: Path):
    with OwnFolder(tmp_path, "siyu-run-") as first, OwnFolder(tmp_path, "siyu-run-") as second:
        assert sorted(tmp_path.iterdir()) == sorted([first, second])
    assert list(tmp_path.iterdir()) == []


# --- Streams ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("streams", "code"),
    [
        ("<&-", 0), (">&-", 73), ("2>&-", 0), ("<&- >&- 2>&-", 73), ("<&- 2>&-", 0), (">/dev/full", 73),
        ("2>/dev/full", 0), (">/dev/full 2>/dev/full", 73),
    ],
)  # fmt: skip
def test_a_stream_that_is_closed_or_full_takes_nothing_from_what_is_on_disk(shop: Path, streams: str, code: int):
    command = f"exec {sys.executable} -m siyu_cli {' '.join(SEGMENT)} -o list.csv {streams}"
    told = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (told.returncode, "Traceback" in told.stderr) == (code, False)
    assert len(Path("list.csv").read_text("utf-8-sig").splitlines()) == 201
    assert Path("list.csv.meta.json").is_file()


# --- Memory and temporary files -----------------------------------------------------------------------


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere address space is not limited so")
def test_one_gigabyte_of_address_space_is_enough(shop: Path):
    for command in (("segment", "-o", "list.xlsx"), ("churn", "-o", "risk.xlsx")):
        told = ended(command[0], *FILES, *AS_OF, *command[1:], preexec_fn=limited(resource.RLIMIT_AS, 1_024_000_000))
        assert told[0] == 0, told[1]


def failed_by(cause: BaseException) -> BaseException:
    error = DataError("{file} is damaged.", file="a.csv")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(), pa.ArrowMemoryError("malloc failed"), RuntimeError("can't start new thread"),
        OSError(12, "Cannot allocate memory"), ImportError("x.so: failed to map segment from shared object"),
        failed_by(MemoryError()), failed_by(OSError(12, "Cannot allocate memory")),
    ],
)  # fmt: skip
def test_too_little_memory_is_no_bug_wherever_it_shows(error: BaseException):
    known = as_known(error)
    assert isinstance(known, EngineError)
    assert "memory_limit" in known.hint


def test_the_engines_own_limit_is_too_little_memory():
    from siyu_cli.engines.duckdb import connect

    with connect("1MB") as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute("create temp table x as select range, md5(range::varchar) as t from range(3000000)")
    known = as_known(caught.value)
    assert known is not None
    assert (known.exit_code, "memory_limit" in str(known.hint)) == (69, True)


def test_a_refusal_of_the_system_is_no_bug():
    assert isinstance(as_known(OSError(24, "Too many open files")), OutputError)
    assert as_known(KeyError("x")) is None


def test_what_does_not_fit_into_memory_is_spilled_where_nobody_else_looks(shop: Path):
    from siyu_cli.engines.duckdb import DuckDBEngine, connect

    engine = DuckDBEngine(connect("20MB"))
    spilling = "create temp table x as select range as n, md5(range::varchar) as t from range(600000)"
    engine.connection.execute(spilling)
    [folder] = (shop.parent / "tmp").iterdir()
    assert any(folder.rglob("*.tmp"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    engine.close()
    assert list((shop.parent / "tmp").iterdir()) == []


def test_without_a_folder_for_temporary_files_work_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch):
    def missing() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", missing)
    told = run(*SEGMENT, "-o", "list.xlsx")
    assert (told.code, "no folder for temporary files" in told.err) == (0, True)
    assert Path("list.xlsx").stat().st_size > 10_000


def refuse(number: int) -> Callable[..., None]:
    def refusing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return refusing


def test_where_files_have_no_access_rights_work_goes_on_with_a_warning(run: Run, monkeypatch: pytest.MonkeyPatch):
    Path("siyu.toml").write_text("")
    monkeypatch.setattr(Path, "chmod", refuse(1))
    told = run(*SEGMENT, "-o", "list.csv")
    assert (told.code, "keeps no access rights" in told.err) == (0, True)
    assert Path("list.csv").is_file()


def test_where_nothing_can_be_locked_work_goes_on_with_a_warning(run: Run, monkeypatch: pytest.MonkeyPatch):
    Path("siyu.toml").write_text("")
    monkeypatch.setattr("fcntl.flock", refuse(95))
    told = run(*SEGMENT, "-o", "list.csv")
    assert (told.code, "cannot be locked" in told.err) == (0, True)
    assert Path("list.csv").is_file()


def test_another_refusal_of_rights_is_not_passed_over(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        make_private(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["list.parquet", "list.xlsx"])
def test_a_disk_that_fills_is_told(shop: Path, name: str):
    told = ended(*SEGMENT, "-o", name, preexec_fn=limited(resource.RLIMIT_FSIZE, 3_000))
    assert told[0] == 73, told[1]
    assert not Path(name).exists()
    assert leftovers(shop) == []


# --- Snapshots and bytes ------------------------------------------------------------------------------


def test_a_snapshot_that_was_cut_off_is_told_and_passed_over(run: Run):
    Path("siyu.toml").write_text("")
    for day in ("2025-03-31", "2025-04-30"):
        assert run("segment", *FILES, "--as-of", day).code == 0
    [newest] = Path(".siyu/snapshots").glob("2025-04-30*")
    newest.write_bytes(newest.read_bytes()[:900])
    for command in ("churn", "segment"):
        told = run(command, *FILES, *AS_OF, "--format", "table")
        assert (told.code, f"{newest.name}, the list siyu kept of 2025-04-30, is damaged" in told.err) == (0, True)
    assert "Moves since the last snapshot" in told.out, "the one before is compared with"


def test_a_list_of_another_program_is_not_compared_with(run: Run):
    Path("siyu.toml").write_text("")
    assert run("segment", *FILES, "--as-of", "2025-03-31").code == 0
    [snapshot] = Path(".siyu/snapshots").glob("*.parquet")
    parquet.write_table(pa.table({"a": [1]}), snapshot)
    import hashlib

    ledger = sqlite3.connect(".siyu/ledger.db")
    ledger.execute("update snapshots set sha256 = ?", [hashlib.sha256(snapshot.read_bytes()).hexdigest()])
    ledger.commit()
    ledger.close()
    told = run(*SEGMENT)
    assert (told.code, "is not a list siyu can compare with" in told.err) == (0, True)


@pytest.mark.parametrize(
    "change",
    ["drop table runs", "update snapshots set path = x'ff'", "update schema_version set version = 'x'"],
)
def test_a_damaged_ledger_is_named_and_never_a_bug(run: Run, change: str):
    Path("siyu.toml").write_text("")
    assert run("segment", *FILES, "--as-of", "2025-03-31").code == 0
    ledger = sqlite3.connect(".siyu/ledger.db")
    ledger.execute(change)
    ledger.commit()
    ledger.close()
    assert run(*SEGMENT).code in (0, 65)


def test_a_workbook_does_not_say_when_it_was_written(run: Run):
    import zipfile

    for name in ("a.xlsx", "b.xlsx"):
        assert run(*SEGMENT, "-o", name).code == 0
    assert Path("a.xlsx").read_bytes() == Path("b.xlsx").read_bytes()
    with zipfile.ZipFile("a.xlsx") as workbook:
        assert workbook.testzip() is None
        assert b"dcterms:created" not in workbook.read("docProps/core.xml")


def test_folders_made_at_once_by_one_process_are_nobodys_leftovers(tmp_path: Path):
    def make(_number: int) -> None:
        with OwnFolder(tmp_path, ".siyu-tmp-"):
            pass

    take_remarks()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, range(500)))
    assert take_remarks() == []
    assert list(tmp_path.iterdir()) == []
