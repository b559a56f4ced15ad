"""Whatever is changed in the record of exports is found, also in a ledger that an earlier siyu wrote."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledgers import everything_in, on_sqlite, open_ledger, tables_of
from siyu_cli.errors import DataError, LockError
from siyu_cli.ledger.contacts import Names
from siyu_cli.ledger.forgetting import forget
from test_contact_ledger import ASKED, DAY, NOW, PEOPLE, export, met, open_book, past, sending


@pytest.fixture
def shop(tmp_path: Path, ledger_toml: str) -> Path:
    (tmp_path / "siyu.toml").write_text(ledger_toml, "utf-8")
    return tmp_path


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


# --- A ledger that siyu at aa6125c wrote, in packs of marks made by BLAKE2s -----------------------------


@pytest.fixture
def packed_ledger(shop) -> Path:
    """A ledger: V1 and V2 were sent, V9 is left alone, V3 was left out as a minor and is forgotten."""
    text = (Path(__file__).parent / "data" / "packed_ledger.sql").read_text("utf-8")
    (shop / ".siyu").mkdir(mode=0o700)
    (shop / ".siyu" / "key").write_text("5f" * 32 + "\n")
    (shop / ".siyu" / "key").chmod(0o600)
    with tables_of(shop) as connection:
        for statement in text.split(";\n")[1:-1]:
            as_it_is(connection, statement)
    return shop


HEAD_OF_PACKED = "5-5ae3d142a3a91808"


@on_sqlite
def test_a_ledger_in_packs_keeps_all_it_knew_and_goes_on(packed_ledger):
    book = open_book(packed_ledger)
    assert book.verify([HEAD_OF_PACKED]) == []
    found = past(book)
    assert list(found.was_sent) == [True, False, False]
    assert list(found.is_forgotten) == [False, False, True]
    assert list(book.past(["V9"], [None], ASKED).is_suppressed) == [True]
    assert [len(one) for one in met(found)] == [1, 2, 0]
    with pytest.raises(LockError):
        export(book, sending("V1"), packed_ledger, name="again.csv")
    export(book, sending("V2"), packed_ledger, name="new.csv")
    forget(book, Names(("V1",), (PEOPLE["V1"],)), NOW)
    book = open_book(packed_ledger)
    assert list(past(book).was_sent) == [False, True, False]
    assert book.verify([HEAD_OF_PACKED]) == []


@on_sqlite
def test_an_earlier_siyu_makes_no_marks_of_its_own_in_a_ledger_of_a_later_one(shop):
    from siyu_cli.ledger import ledger as house

    open_book(shop)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house, "MIGRATIONS", house.MIGRATIONS[:4])
        with pytest.raises(DataError, match="newer siyu"):
            open_book(shop)


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
