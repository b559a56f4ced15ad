"""What a ledger remembers of playbooks, in each kind of database: runs, steps, and for whom a trigger has fired."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from ledgers import everything_in, kind, ledger_toml, open_ledger, postgresql
from siyu_cli.ledger.contacts import ContactBook, Names
from siyu_cli.ledger.forgetting import forget
from siyu_cli.ledger.ledger import Snapshot
from siyu_cli.ledger.playbooks import Begun, Entered, PlaybookBook
from siyu_cli.playbook.triggers import entered

__all__ = ["kind", "ledger_toml", "postgresql"]
DAY, NOW = date(2026, 3, 2), datetime(2026, 3, 3, 6, 10, tzinfo=UTC)
RUN = Begun("a" * 64, "每周召回", "每周召回", DAY, {"playbook": "1"})
LATER = replace(RUN, run_key="b" * 64, as_of=DAY + timedelta(days=1))
TRIGGER = "entered dormant"


@pytest.fixture
def shop(tmp_path: Path, ledger_toml: str) -> Path:
    (tmp_path / "siyu.toml").write_text(ledger_toml, "utf-8")
    return tmp_path


@pytest.fixture
def book(shop: Path) -> PlaybookBook:
    return PlaybookBook(open_ledger(shop), lambda: NOW)


def came(*members: str, on: date = DAY, left: date = DAY - timedelta(days=1)) -> Entered:
    return Entered(members, [on] * len(members), [left] * len(members))


def test_runs_and_steps_are_there_as_they_were_recorded(book: PlaybookBook):
    book.begin(RUN)
    book.begin_step(RUN.run_key, "seg", 0, "running")
    book.end_step(RUN.run_key, "seg", {"state": "done", "code": 0, "figures": {"dormant": 4}})
    book.begin_step(RUN.run_key, "export", 1, "intended", [TRIGGER])
    book.begin(RUN)  # it goes on
    assert [(row["step"], row["state"], row["figures"]) for row in book.steps(RUN.run_key)] == [
        ("seg", "done", {"dormant": 4}), ("export", "intended", {}),
    ]  # fmt: skip
    book.begin(LATER)
    book.end(LATER.run_key, "done", 0)
    assert [row["state"] for row in book.runs_of(RUN.name)] == ["done", "running"]
    assert book.last_runs(1)[0]["run_key"] == LATER.run_key
    assert book.runs_of("another") == []


def test_an_episode_fires_once_whatever_is_asked_again(book: PlaybookBook):
    book.begin(RUN)
    assert book.fire(RUN, TRIGGER, came("V1", "V2"), 0).members == ["V1", "V2"]
    assert book.fire(RUN, TRIGGER, came("V1", "V2"), 0).members == ["V1", "V2"], "the same run says the same"
    book.end(RUN.run_key, "done", 0)
    again = book.fire(LATER, TRIGGER, came("V1", "V3"), 0)
    assert (again.members, again.before) == (["V3"], 1)
    other = replace(LATER, name="another playbook")
    assert book.fire(other, TRIGGER, came("V1"), 0).members == ["V1"]
    assert book.fire(LATER, "entered churned", came("V1"), 0).members == ["V1"]


def test_a_list_made_for_an_earlier_day_makes_no_other_episode_of_it(book: PlaybookBook):
    book.begin(RUN)
    book.begin_step(RUN.run_key, "export", 1, "intended")
    assert book.fire(RUN, TRIGGER, came("V1"), 0).members == ["V1"]
    book.begin_step(RUN.run_key, "export", 1, "intended", [TRIGGER])  # and it failed later on
    earlier = came("V1", on=DAY - timedelta(days=3), left=DAY - timedelta(days=5))
    assert book.fire(LATER, TRIGGER, earlier, 0).members == []


def test_whom_a_run_never_reached_another_takes_over(book: PlaybookBook):
    book.begin(RUN)
    book.fire(RUN, TRIGGER, came("V1"), 0)
    book.end(RUN.run_key, "failed", 65)
    assert book.fire(LATER, TRIGGER, came("V1", "V2"), 30).members == ["V1", "V2"]
    book.begin_step(LATER.run_key, "export", 1, "intended", [TRIGGER])
    third = replace(LATER, run_key="c" * 64)
    assert book.fire(third, TRIGGER, came("V1", "V2"), 0).members == [], "nobody knows whether they were reached"
    book.end_step(LATER.run_key, "export", {"state": "failed", "code": 65}, free=[TRIGGER])
    assert book.fire(third, TRIGGER, came("V1"), 0).members == ["V1"]


@pytest.mark.parametrize(("days", "verdict"), [(29, (0, 1)), (30, (1, 0))])
def test_who_comes_back_too_soon_is_left_alone(book: PlaybookBook, days: int, verdict: tuple[int, int]):
    book.begin(RUN)
    book.fire(RUN, TRIGGER, came("V1"), 30)
    book.end(RUN.run_key, "done", 0)
    day = DAY + timedelta(days=days)
    back = came("V1", on=day, left=day - timedelta(days=2))
    fired = book.fire(replace(LATER, as_of=day), TRIGGER, back, 30)
    assert (len(fired.members), fired.cooling) == verdict


def test_who_is_forgotten_is_out_of_it(book: PlaybookBook, shop: Path):
    book.begin(RUN)
    book.fire(RUN, TRIGGER, came("V1", "V2"), 0)
    contacts = ContactBook(book.ledger, NOW)
    marks = [contacts.ring.mark("member", one) for one in ("V1", "V2")]
    assert [mark in everything_in(shop).replace("tombstones", "") for mark in marks] == [True, True]
    forget(contacts, Names(("V1",)), NOW)
    rows = [row for row in everything_in(shop).splitlines() if TRIGGER in row]
    assert [any(mark in row for row in rows) for mark in marks] == [False, True]


# --- Lists held against each other --------------------------------------------------------------------


def kept(folder: Path, on: date, **stages: str) -> Snapshot:
    path = folder / f"{on}.parquet"
    parquet.write_table(pa.table({"member_id": list(stages), "stage": list(stages.values())}), path)
    return Snapshot("run", on, path, len(stages), "")


def test_a_stage_is_entered_on_the_day_from_which_on_a_member_stayed_there(tmp_path: Path):
    days = [DAY + timedelta(days=place) for place in range(4)]
    first = kept(tmp_path, days[0], A="mature", B="dormant", C="dormant", D="mature")
    second = kept(tmp_path, days[1], A="dormant", B="dormant", C="mature", D="dormant")
    third = kept(tmp_path, days[2], A="dormant", B="dormant", C="dormant", D="mature", E="dormant")
    last = kept(tmp_path, days[3], A="dormant", B="dormant", C="dormant", D="dormant", E="dormant")
    found, in_stage = entered("dormant", (days[3], last.path), [first, second, third])
    assert in_stage == 5
    assert dict(zip(found.members, found.entered_on, strict=True)) == {
        "A": days[1], "C": days[2], "D": days[3], "E": days[2],
    }  # fmt: skip
    assert list(found.left_on) == [days[0], days[1], days[2], days[1]]
    assert entered("dormant", (days[3], last.path), [])[0].members == []
