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
import sqlalchemy as sa
from pyarrow import parquet

from ledgers import everything_in, open_ledger, tables_of
from siyu_cli.errors import DataError, LockError
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


# --- The chain ----------------------------------------------------------------------------------------

TAMPERING = {
    "a fact changed": "update audit set facts = replace(facts, '\"sent\":1', '\"sent\":0') where seq = 2",
    "a date changed": "update audit set at = '2020-01-01T00:00:00+00:00' where seq = 1",
    "an entry removed": "delete from audit where seq = 2",
    "the first removed": "delete from audit where seq = 1",
    "two exchanged": "update audit set seq = 99 where seq = 1; update audit set seq = 1 where seq = 2; "
    "update audit set seq = 2 where seq = 99",
    "numbers closed up": "delete from audit where seq = 2; update audit set seq = 2 where seq = 3",
    "contacts removed": "delete from export_people where fate = 'sent'",
    "contacts exchanged": "update export_people set members = phones, phones = members where fate = 'sent'",
    "a part moved": "update export_people set part = 1 where fate = 'sent'",
    "sent made left out": "update export_people set fate = 'no_key' where fate = 'sent'",
    "who was left out removed": "delete from export_people where fate = 'minor'",
    "an export removed": "delete from exports; delete from export_people",
    "an export's row removed": "delete from exports",
    "a day moved": "update exports set sent_on = '2020-01-01'",
    "a campaign exchanged": "update exports set campaign_mark = 'ab'",
    "a destination exchanged": "update exports set destination = 'staff'",
    "an employee's contacts taken": "update exports set owners = '{}'",
    "an export added": "insert into export_people select 'x', fate, part, members, phones from export_people "
    "where fate = 'minor'",
    "left alone no more": "delete from suppressions",
    "left alone by another channel": "update suppressions set channel = 'ads'",
    "somebody else left alone": "insert into suppressions values ('ab', 'sms', '', '2026-03-01T10:00:00+00:00')",
    "forgotten no more": "delete from tombstones",
    "somebody else forgotten": "insert into tombstones values ('ab', '2026-03-01T10:00:00+00:00')",
}


@pytest.fixture
def written(shop):
    book = open_book(shop)
    book.suppress(Names(("V3",)), "all", "", NOW)
    export(book, sending("V1", excluded={"V3": "minor"}), shop)
    head = export(book, sending("V2"), shop, name="two.csv")
    forget(book, Names(("V9",)), NOW)
    assert book.verify([str(head)]) == []
    return shop, head


@pytest.mark.parametrize("sql", TAMPERING.values(), ids=TAMPERING)
def test_whatever_is_changed_is_found(written, sql):
    shop, _head = written
    with tables_of(shop) as connection:
        assert sum(connection.exec_driver_sql(one).rowcount for one in sql.split("; ")) > 0
    assert open_book(shop).verify() != []


def test_what_was_changed_before_somebody_was_forgotten_is_found_after_as_well(written):
    shop, _head = written
    with tables_of(shop) as connection:
        connection.exec_driver_sql("update exports set sent_on = '2020-01-01'")
    forget(open_book(shop), Names(("V1",)), NOW)
    assert len(open_book(shop).verify()) == 2


def test_entries_taken_from_the_end_are_found_by_a_head_that_was_noted(shop):
    book = open_book(shop)
    export(book, sending("V1"), shop)
    head = export(book, sending("V2"), shop, name="two.csv")
    gone = [row["export_id"] for row in book.contacts_of(Names(("V2",)))]
    with tables_of(shop) as connection:
        connection.exec_driver_sql("delete from audit where seq = 2")
        for table in ("exports", "export_people"):
            connection.exec_driver_sql(f"delete from {table} where export_id = '{gone[0]}'")
    book = open_book(shop)
    assert book.verify() == [], "nothing inside tells"
    assert "is not in the audit chain" in str(book.verify([str(head)])[0])


def test_a_head_that_is_none_is_told(written):
    shop, _head = written
    assert all(open_book(shop).verify([text]) for text in ("nonsense", "3-", "3", "99-abcd", "３-ab"))


def test_the_ledger_holds_marks_and_nobodys_name_phone_or_id(written):
    shop, _head = written
    dump = everything_in(shop)
    assert "春季召回" in dump
    assert [value for value in (*PEOPLE.values(), "'V1'", '"V1"', "李娜") if value in dump] == []


def test_another_key_is_refused_and_so_is_none(written):
    shop, _head = written
    key = shop / ".siyu" / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_text()
    for text in ("ab" * 32, "", "no key"):
        key.write_text(text)
        with pytest.raises(DataError, match="not the key"):
            open_book(shop)
    key.unlink()
    with pytest.raises(DataError, match="not the key"):
        open_book(shop)
    key.write_text(before)
    assert open_book(shop).verify() == []


def test_many_may_make_the_key_at_once(shop):
    code = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parent), *sys.path]!r}
from pathlib import Path
from test_contact_ledger import open_book
print(open_book(Path({str(shop)!r})).ring.mark("member", "V1"))
"""
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate()[0] for process in started}) == 1


# --- A ledger that an earlier siyu wrote, with a row for each contact -----------------------------------


def as_it_is(connection, sql: str):
    """Run SQL as it stands: the driver of PostgreSQL takes ``%`` for a parameter."""
    return connection.execute(sa.text(sql.replace(":", r"\:")))


@pytest.fixture
def first_ledger(shop) -> Path:
    """A ledger of siyu at 54148e5: V1 and V2 were sent, V9 is left alone, V3 and V7 are forgotten."""
    text = (Path(__file__).parent / "data" / "first_ledger.sql").read_text("utf-8")
    (shop / ".siyu").mkdir(mode=0o700)
    (shop / ".siyu" / "key").write_text("5f" * 32 + "\n")
    (shop / ".siyu" / "key").chmod(0o600)
    with tables_of(shop) as connection:
        for statement in text.split(";\n")[1:-2]:
            as_it_is(connection, statement)
    return shop


HEAD_OF_FIRST = "8-221b7bc2c0aaaf16"


def test_a_ledger_with_a_row_per_contact_keeps_all_it_knew(first_ledger):
    book = open_book(first_ledger)
    assert book.verify([HEAD_OF_FIRST]) == []
    assert book.ledger.aliases() == {"M1": "V1"}
    found = past(book)
    assert list(found.was_sent) == [True, True, False]
    assert list(found.is_forgotten) == [False, False, True]
    assert list(book.past(["V9"], [None], ASKED).is_suppressed) == [True]
    assert [len(one) for one in met(found)] == [2, 2, 0]
    assert past(book, replace(ASKED, destination="staff")).owners["李娜"] == 1
    assert [row["destination"] for row in book.contacts_of(Names(("V1",)))] == ["sms-aliyun", "staff"]
    assert book.contacts_in("夏季")[0]["members"] == 1
    with tables_of(first_ledger) as connection:
        assert "export_contacts" not in sa.inspect(connection).get_table_names()


def test_a_ledger_with_a_row_per_contact_goes_on(first_ledger):
    book = open_book(first_ledger)
    export(book, sending("V2", asked=replace(ASKED, destination="staff")), first_ledger)
    with pytest.raises(LockError):
        export(book, sending("V1"), first_ledger, name="two.csv")
    forget(book, Names(("V1",), (PEOPLE["V1"],)), NOW)
    book = open_book(first_ledger)
    assert book.contacts_of(Names(("V1",))) == []
    assert book.verify([HEAD_OF_FIRST]) == []


FIRST_TAMPERING = {
    "a contact removed": "delete from export_contacts where contact_id like '0506%'",
    "a contact moved": "update export_contacts set contact_id = 'ab' where contact_id like '0506%'",
    "an export removed": "delete from exports where destination = 'staff'",
    "left alone no more": "delete from suppressions",
}


@pytest.mark.parametrize("sql", FIRST_TAMPERING.values(), ids=FIRST_TAMPERING)
def test_what_was_changed_before_it_was_brought_up_to_date_is_found_after(first_ledger, sql):
    with tables_of(first_ledger) as connection:
        assert as_it_is(connection, sql).rowcount > 0
    assert open_book(first_ledger).verify() != []


def test_a_ledger_of_runs_alone_is_brought_up_to_date(shop):
    from siyu_cli.ledger import ledger as house

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house, "MIGRATIONS", house.MIGRATIONS[:1])
        old = open_ledger(shop)
        run = old.start_run("segment", DAY, NOW, {})
        old.remember_aliases({"M1": "V1"}, run)
    book = open_book(shop)
    assert [run["command"] for run in book.ledger.runs()] == ["segment"]
    assert book.ledger.aliases() == {"M1": "V1"}
    assert book.verify() == []
    export(book, sending("V1"), shop)


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
def test_all_of_it_is_for_its_owner_alone(written):
    shop, _head = written
    assert {path.stat().st_mode & 0o077 for path in (shop / ".siyu").rglob("*")} == {0}
