"""Two exports at once and a disk that is full, by real processes on a real file system, in SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
