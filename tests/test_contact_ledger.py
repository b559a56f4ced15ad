"""What is remembered of contacts: nobody twice, both or neither after a crash, and every change to it is found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pyarrow as pa
import pytest
from pyarrow import parquet

from ledgers import everything_in, open_ledger
from siyu_cli.errors import LockError
from siyu_cli.ledger.audit import Head
from siyu_cli.ledger.contacts import ContactBook, Names, Sending, forgotten
from siyu_cli.ledger.exporting import end_unfinished, recording
from siyu_cli.ledger.forgetting import every_name, forget
from siyu_cli.ledger.past import AskedContacts
from siyu_cli.remarks import take_remarks

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)
PEOPLE = {"V1": "13800138001", "V2": "13800138002", "V3": "13800138003"}
ASKED = AskedContacts("春季召回", "sms-aliyun", "sms", DAY, 30)
STEPS = ("written", "journal", "recorded", "named", "done")


@pytest.fixture
def shop(tmp_path: Path, ledger_toml: str) -> Path:
    (tmp_path / "siyu.toml").write_text(ledger_toml)
    return tmp_path


def open_book(shop: Path) -> ContactBook:
    return ContactBook(open_ledger(shop), NOW)


def sending(*members: str, asked: AskedContacts = ASKED, excluded: Mapping[str, str] = MappingProxyType({})) -> Wanted:
    return Wanted(members, asked, dict(excluded))


class Wanted(NamedTuple):
    """Who is to be sent, and who is not and why."""

    members: tuple[str, ...]
    asked: AskedContacts
    excluded: dict[str, str]


def past(book: ContactBook, asked: AskedContacts = ASKED):
    return book.past(list(PEOPLE), list(PEOPLE.values()), asked)


def go_on(step: str) -> None:
    pass


def export(book: ContactBook, what: Wanted, shop: Path, at_step=go_on, name: str = "out.csv") -> Head:
    from siyu_cli.render.replace import replacing, together, waiting

    listed = [*what.members, *what.excluded]
    known = book.past(listed, [PEOPLE[one] for one in listed], what.asked)
    fates = ["sent"] * len(what.members) + list(what.excluded.values())
    sent = Sending(what.asked, what.asked.campaign, known, fates, {"李娜": len(what.members)}, "out")
    run = book.ledger.start_run("export", DAY, NOW, {})
    with recording(book, run.run_id, lambda: NOW, at_step) as one, together():
        with replacing(shop / name) as temporary:
            temporary.write_text("\n".join(what.members))
        one.keep(sent, {path: (place, len(what.members), path.name) for path, place in waiting().items()})
    assert one.head is not None
    return one.head


def met(found) -> list[list[tuple]]:
    """Return the earlier contacts of each of the three, as (day, channel, destination)."""
    return [
        [(one.on, one.channel, one.destination) for one in found.earlier for place in one.places if place == number]
        for number in range(len(found.people))
    ]


# --- What is remembered -------------------------------------------------------------------------------


def test_who_was_sent_a_campaign_is_known_by_id_and_by_phone_for_that_campaign_and_place_alone(shop):
    book = open_book(shop)
    export(book, sending("V1"), shop)
    assert list(past(book).was_sent) == [True, False, False]
    assert list(book.past(["V9"], [PEOPLE["V1"]], ASKED).was_sent) == [True], "the same phone under another id"
    assert list(past(book, replace(ASKED, campaign="夏季")).was_sent) == [False] * 3
    assert list(past(book, replace(ASKED, destination="staff")).was_sent) == [False] * 3


def test_contacts_of_the_days_asked_count_and_so_do_later_ones(shop):
    book = open_book(shop)
    export(book, sending("V1"), shop)
    assert met(past(book, replace(ASKED, on=date(2026, 3, 30))))[0] == [(DAY, "sms", "sms-aliyun")]
    assert met(past(book, replace(ASKED, on=date(2026, 3, 31))))[0] == []
    assert met(past(book, replace(ASKED, on=date(2026, 1, 1))))[0] == [(DAY, "sms", "sms-aliyun")]


def test_an_employees_day_is_counted(shop):
    book = open_book(shop)
    export(book, sending("V1", "V2"), shop)
    assert past(book).owners.get("李娜", 0) == 2
    assert past(book).owners.get("周强", 0) == 0


def test_one_contact_known_by_id_and_by_phone_counts_once(shop):
    book = open_book(shop)
    export(book, sending("V1"), shop)
    assert len(met(past(book))[0]) == 1


def test_suppressions_hold_for_their_channel_until_they_are_removed(shop):
    book = open_book(shop)
    book.suppress(Names(("V1",)), "sms", "asked by phone", NOW)
    book.suppress(Names((), (PEOPLE["V2"],)), "all", "", NOW)
    assert list(past(book).is_suppressed) == [True, True, False]
    assert list(past(book, replace(ASKED, channel="wecom")).is_suppressed) == [False, True, False]
    assert list(past(book, replace(ASKED, channel="any")).is_suppressed) == [True, True, False]
    assert book.unsuppress(Names(("V1",)), "all", NOW) == 1
    assert list(past(book).is_suppressed) == [False, True, False]


def test_nobody_is_sent_the_same_campaign_twice_whoever_writes_it(shop):
    book = open_book(shop)
    export(book, sending("V1"), shop)
    with pytest.raises(LockError, match="meanwhile"):
        export(book, sending("V1"), shop, name="two.csv")
    assert not (shop / "two.csv").exists()
    assert len(book.contacts_in("春季召回")) == 1


def test_of_two_exports_that_read_the_same_past_only_one_is_recorded(shop):
    book, other = open_book(shop), open_book(shop)

    def meanwhile(step: str) -> None:
        if step == "journal":
            export(other, sending("V2"), shop, name="other.csv")

    with pytest.raises(LockError, match="meanwhile"):
        export(book, sending("V1"), shop, meanwhile)
    assert list(past(book).was_sent) == [False, True, False]
    assert not (shop / "out.csv").exists()
    assert book.verify() == []


# --- Both or neither ----------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
sys.path[:0] = {path!r}
from pathlib import Path
from test_contact_ledger import *
def at_step(step):
    if step == {step!r}:
        os.kill(os.getpid(), signal.SIGKILL)
shop = Path({shop!r})
export(open_book(shop), sending("V1", "V2", excluded=dict(V3="minor")), shop, at_step)
"""


@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_at_any_step_leaves_both_file_and_record_or_neither(shop, step):
    code = KILLED.format(path=[str(Path(__file__).parent), *sys.path], step=step, shop=str(shop))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    book = open_book(shop)
    with book.ledger.lock():
        end_unfinished(book, NOW)
    take_remarks()
    is_there = (shop / "out.csv").exists()
    assert list(past(book).was_sent) == ([True, True, False] if is_there else [False] * 3)
    assert is_there == (step in ("named", "done"))
    assert book.verify() == []
    assert [path.name for path in (shop / ".siyu").iterdir() if path.name == "exporting.json"] == []
    if not is_there:
        export(book, sending("V1", "V2"), shop)
    assert list(past(book).was_sent) == [True, True, False]
    assert len(book.contacts_of(Names(("V1",)))) == 1


def test_half_of_the_files_are_taken_back_by_the_next_run(shop):
    code = KILLED.format(path=[str(Path(__file__).parent), *sys.path], step="named", shop=str(shop))
    subprocess.run([sys.executable, "-c", code], check=False)
    journal = json.loads((shop / ".siyu" / "exporting.json").read_text())
    journal["files"].append({"file": "b.csv", "sha256": "0" * 64, "rows": 1})
    journal["places"].append(str(shop / "b.csv"))
    (shop / ".siyu" / "exporting.json").write_text(json.dumps(journal))
    (shop / "b.csv").write_text("somebody else's")
    book = open_book(shop)
    end_unfinished(book, NOW)
    assert not (shop / "out.csv").exists()
    assert (shop / "b.csv").read_text() == "somebody else's"
    assert list(past(book).was_sent) == [False] * 3
    assert book.verify() == []


def test_a_file_that_cannot_have_its_name_leaves_no_record(shop):
    book = open_book(shop)

    def take_name(step: str) -> None:
        if step == "recorded":
            (shop / "out.csv").write_text("was faster")

    with pytest.raises(Exception, match="already exists"):
        export(book, sending("V1"), shop, take_name)
    assert list(past(book).was_sent) == [False] * 3
    assert book.verify() == []


# --- Forgotten ----------------------------------------------------------------------------------------


def snapshot(book: ContactBook, *members: str) -> Path:
    rows = pa.table({"member_id": list(members), "stage": ["dormant"] * len(members)})
    run = book.ledger.start_run("segment", DAY, NOW + timedelta(minutes=len(book.ledger.runs())), {})
    return book.ledger.record_snapshot(run, lambda path: parquet.write_table(rows, path), len(members)).path


def test_who_is_forgotten_is_out_of_every_snapshot_and_table_and_a_tombstone_stays(shop):
    book = open_book(shop)
    export(book, sending("V1", "V2"), shop)
    book.suppress(Names(("V1",)), "sms", "", NOW)
    snapshot(book, "V1", "V2")
    snapshot(book, "V2", "V3")
    run = book.ledger.start_run("segment", DAY, NOW, {})
    book.ledger.remember_aliases({"M1": "V1"}, run)
    found = forget(book, Names(("M1",), (PEOPLE["V1"],)), NOW)
    assert (found.snapshots, found.aliases, found.contacts, found.files) == (1, 1, 1, ("out/out.csv",))
    for path in (shop / ".siyu" / "snapshots").iterdir():
        assert "V1" not in parquet.read_table(path)["member_id"].to_pylist()
    last = book.ledger.latest_snapshot()
    assert last.members == 2
    assert list(past(book).is_forgotten) == [True, False, False]
    assert book.contacts_of(Names(("V1",))) == []
    assert list(past(book).was_sent) == [False, True, False]
    assert book.verify() == [], "what was forgotten lawfully is no tampering"
    assert forgotten(book.ledger, ["V1", "V2", "M1", PEOPLE["V1"]]) == ["V1", "M1", PEOPLE["V1"]]
    assert every_name(book, Names(("V2",))).members == ("V2",)
    assert "'M1'" not in everything_in(shop)
    for path in (shop / ".siyu").glob("ledger.db*"):
        assert b"M1" not in path.read_bytes().replace(b"UTF-8", b"")


def test_forgetting_twice_changes_nothing_more(shop):
    book = open_book(shop)
    snapshot(book, "V1", "V2")
    forget(book, Names(("V1",)), NOW)
    again = forget(book, Names(("V1",)), NOW)
    assert (again.snapshots, again.contacts) == (0, 0)
    snapshot(book, "V1", "V3")
    forget(book, Names(("V3",)), NOW)
    forget(book, Names(("V1",)), NOW)
    take_remarks()
    assert book.ledger.latest_snapshot().members == 0
    assert take_remarks() == []


def test_an_old_snapshot_that_a_kill_left_is_removed_by_the_next_run(shop, monkeypatch):
    book = open_book(shop)
    path = snapshot(book, "V1", "V2")
    unlink = Path.unlink

    def be_killed(self, missing_ok=False):
        if self == path:
            raise KeyboardInterrupt
        unlink(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", be_killed)
        with pytest.raises(KeyboardInterrupt):
            forget(book, Names(("V1",)), NOW)
    assert path.exists()
    with book.ledger.lock():
        assert not path.exists()
    assert book.ledger.latest_snapshot().members == 1


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_all_of_it_is_for_its_owner_alone(shop):
    export(open_book(shop), sending("V1"), shop)
    assert {path.stat().st_mode & 0o077 for path in (shop / ".siyu").rglob("*")} == {0}
