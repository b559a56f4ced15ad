"""Two exports at once and a disk that is full, by real processes on a real file system, in SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import runner
from ledgers import open_ledger
from siyu_cli.ledger.contacts import ContactBook
from siyu_cli.ledger.exporting import end_unfinished
from siyu_cli.remarks import take_remarks
from test_contact_ledger import ASKED, NOW, open_book, past

HERE = str(Path(__file__).parent)
RACE = f"""
import sys, time
sys.path[:0] = [{HERE!r}]
from pathlib import Path
from test_contact_ledger import *
shop, campaign, other = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
def at_step(step):
    if step == "journal":
        (shop / "ready").touch()
        while not (other / "ready").exists():
            time.sleep(0.002)
try:
    export(open_book(shop), sending("V1", asked=replace(ASKED, campaign=campaign)), shop, at_step)
except LockError as error:
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("campaigns", [("春季", "春季"), ("春季", "夏季")], ids=["one campaign", "two under one cap"])
def test_of_two_exports_at_once_that_saw_the_same_past_one_is_done_and_one_tries_again(
    tmp_path, ledger_toml, campaigns
):
    """Two shops' folders on two machines keep one ledger; both have read it before either writes."""
    toml = ledger_toml or f'[ledger]\nurl = "sqlite:///{tmp_path}/team.db"\n'
    shops = [tmp_path / name for name in ("one", "other")]
    for shop in shops:
        shop.mkdir()
        (shop / "siyu.toml").write_text(toml)
    open_book(shops[0])
    (shops[1] / ".siyu").mkdir(mode=0o700)
    shutil.copy(shops[0] / ".siyu" / "key", shops[1] / ".siyu" / "key")
    pairs = zip(shops, campaigns, reversed(shops), strict=True)
    started = [
        subprocess.Popen([sys.executable, "-c", RACE, *map(str, one)], stderr=subprocess.PIPE, text=True)
        for one in pairs
    ]
    said = [process.communicate()[1] for process in started]
    codes = [process.returncode for process in started]
    assert sorted(codes) == [0, 75], said
    won = codes.index(0)
    assert [(shop / "out.csv").exists() for shop in shops] == [won == 0, won == 1]
    book = open_book(shops[0])
    assert sum(len(one.places) for one in past(book).earlier) == 1
    assert book.verify() == []


FULL = f"""
import resource, signal, sys
sys.path[:0] = [{HERE!r}]
from pathlib import Path
from test_contact_ledger import *
from siyu_cli.errors import OutputError
from siyu_cli.render.replace import replacing, together, waiting
shop, limit = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
book = open_book(shop)
listed = [f"V{{number}}" for number in range(20_000)]
known = book.past(listed, [f"138{{number:08}}" for number in range(20_000)], ASKED)
what = Sending(ASKED, "c", known, ["sent"] * len(listed))
run = book.ledger.start_run("export", DAY, NOW, {{}})
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with recording(book, run.run_id, lambda: NOW) as one, together():
        with replacing(shop / "out.csv") as temporary:
            temporary.write_text("\\n".join(listed))
        one.keep(what, {{path: (place, len(listed), path.name) for path, place in waiting().items()}})
except OutputError as error:
    sys.exit(error.exit_code)
"""
# The file has 138 kB, the people in the ledger 640.
LIMITS = {"the file does not fit": 100_000, "the ledger does not fit": 300_000, "both fit": 10_000_000}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are POSIX's")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_a_disk_that_is_full_leaves_both_file_and_record_or_neither(tmp_path, ledger_toml, limit):
    (tmp_path / "siyu.toml").write_text(ledger_toml)
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit)], capture_output=True, text=True, check=False
    )
    fits = limit == LIMITS["both fit"]
    assert ended.returncode == (0 if fits else 73), ended.stderr
    book = ContactBook(open_ledger(tmp_path), NOW)
    end_unfinished(book, NOW)
    take_remarks()
    assert (tmp_path / "out.csv").exists() is fits
    assert len(book.past(["V0", "V1"], [None, None], ASKED).earlier) == fits
    assert book.verify() == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".siyu-tmp")] == []


# --- A disk that is really full: a file system of its own, of so many bytes -----------------------------

PEOPLE_LISTED = 3_000
EXPORT = ("export", "名单.csv", "会员.csv", "--as-of", "2026-03-01", "--to", "csv", "-o", "out", "--campaign", "春季")


@pytest.fixture
def mount():
    """Return what mounts a small file system on a folder and gives it another size later; root alone may."""
    mounted: list[Path] = []

    def give(folder: Path, size: str) -> None:
        how = "remount," if folder in mounted else ""
        command = ["mount", "-t", "tmpfs", "-o", f"{how}size={size},mode=700", "tmpfs", str(folder)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("file systems cannot be mounted here")
        mounted.append(folder)

    yield give
    for folder in dict.fromkeys(mounted):
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("full", ["out", ".siyu"])
def test_where_the_disk_is_full_nothing_is_sent_or_remembered_and_with_room_all_is(empty_folder, capsys, mount, full):
    people = [f"V{number},13{number:09},是,是\n" for number in range(PEOPLE_LISTED)]
    Path("会员.csv").write_text("会员编号,手机号,短信同意,企微同意\n" + "".join(people), "utf-8")
    Path("名单.csv").write_text("member_id\n" + "".join(f"V{number}\n" for number in range(PEOPLE_LISTED)), "utf-8")
    Path("siyu.toml").write_text("", "utf-8")
    run, folder = runner(capsys), Path(full)
    folder.mkdir()
    mount(folder.absolute(), "1m" if full == ".siyu" else "64k")
    if full == ".siyu":  # room for the ledger, and not for those who are sent
        assert run("suppress", "list").code == 0
        free = shutil.disk_usage(folder).free
        (folder / "ballast").write_bytes(bytes(max(free - 64 * 1024, 0)))
    ended = run(*EXPORT)
    assert ended.code == 73, ended.err
    assert list(Path().glob("out/*")) == []
    (folder / "ballast").unlink(missing_ok=True)
    mount(folder.absolute(), "8m")
    assert run("audit", "verify").code == 0
    assert list(csv.DictReader(run("contacts", "V1", "--format", "csv").out.splitlines())) == []
    assert run(*EXPORT).code == 0
    (file,) = Path("out").glob("*.csv")
    assert len(file.read_text("utf-8-sig").splitlines()) == PEOPLE_LISTED + 1
