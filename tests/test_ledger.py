"""The shop's memory: what is kept, who may read it, and that neither a crash nor a second run harms it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import ledgers
from ledgers import on_sqlite
from siyu_cli.config.settings import load_settings
from siyu_cli.errors import ConfigError, DataError, EngineError, LockError, OutputError
from siyu_cli.ledger.ledger import Ledger
from siyu_cli.masks import mask_text
from siyu_cli.remarks import take_remarks

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
AS_OF = date(2026, 3, 1)


@pytest.fixture
def shop(tmp_path, ledger_toml):
    (tmp_path / "siyu.toml").write_text(ledger_toml)
    return tmp_path


def open_ledger(shop: Path, text: str = "") -> Ledger:
    if text:
        with (shop / "siyu.toml").open("a") as file:
            file.write(text)
    return ledgers.open_ledger(shop)


def snap(ledger: Ledger, as_of: date, now: datetime, content: str = "members"):
    run = ledger.start_run("segment", as_of, now, {})
    return ledger.record_snapshot(run, lambda path: path.write_text(content), 3)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_without_a_siyu_toml_nothing_is_remembered(tmp_path):
    assert Ledger.open(load_settings(None, tmp_path, {})) is None
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_can_read_it(shop):
    ledger = open_ledger(shop)
    snapshot = snap(ledger, AS_OF, NOW)
    with ledger.lock():
        pass
    assert {mode(path) for path in (shop / ".siyu").rglob("*") if path.is_file()} == {0o600}
    assert mode(shop / ".siyu") == mode(shop / ".siyu" / "snapshots") == 0o700
    assert snapshot.path.is_file()


def test_a_run_is_remembered_with_what_it_read_and_wrote(shop):
    ledger = open_ledger(shop)
    run = ledger.start_run("segment", AS_OF, NOW, {"stages.new_days": 30})
    inputs = [{"file": "订单.xlsx", "sha256": "ab" * 32, "rows": 12}]
    ledger.finish_run(run, NOW + timedelta(seconds=3), inputs=inputs, outputs=[{"file": "分层.xlsx"}])
    (kept,) = open_ledger(shop).runs()
    assert kept["command"] == "segment"
    assert kept["as_of"] == AS_OF
    assert (kept["started_at"], kept["finished_at"]) == (
        "2026-03-01T10:00:00+00:00",
        "2026-03-01T10:00:03+00:00",
    )
    assert kept["status"] == "done"
    assert kept["parameters"] == {"stages.new_days": 30}
    assert kept["inputs"] == inputs
    assert kept["outputs"] == [{"file": "分层.xlsx"}]


@pytest.mark.parametrize("hour", range(24))
def test_the_name_of_a_run_is_never_taken_for_a_phone(shop, monkeypatch, hour):
    monkeypatch.setattr("secrets.token_hex", lambda _bytes: "12ab34")
    run = open_ledger(shop).start_run("segment", AS_OF, NOW.replace(hour=hour, minute=30, second=12), {})
    assert mask_text(f"2026-03-01-{run.run_id}.parquet") == f"2026-03-01-{run.run_id}.parquet"


def test_a_run_that_was_killed_stays_marked_as_running(shop):
    open_ledger(shop).start_run("segment", AS_OF, NOW, {})
    assert [run["status"] for run in open_ledger(shop).runs()] == ["running"]


def test_times_are_kept_in_utc_and_never_guessed(shop):
    ledger = open_ledger(shop)
    beijing = datetime.fromisoformat("2026-03-01T18:00:00+08:00")
    ledger.start_run("segment", AS_OF, beijing, {})
    assert ledger.runs()[0]["started_at"] == "2026-03-01T10:00:00+00:00"
    with pytest.raises(ValueError, match="time zone"):
        ledger.start_run("segment", AS_OF, datetime(2026, 3, 1), {})


def test_the_last_snapshot_before_a_date_is_found_else_the_last_recorded(shop):
    ledger = open_ledger(shop)
    assert ledger.latest_snapshot() is None
    days = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 28), date(2026, 1, 1)]
    snapshots = [snap(ledger, day, NOW + timedelta(minutes=number)) for number, day in enumerate(days)]
    assert ledger.latest_snapshot() == snapshots[3]
    assert ledger.latest_snapshot(before=date(2026, 3, 1)) == snapshots[2]
    assert ledger.latest_snapshot(before=date(2026, 2, 28)) == snapshots[0]
    assert ledger.latest_snapshot(before=date(2026, 1, 1)) is None
    snapshots[2].path.unlink()
    assert ledger.latest_snapshot(before=date(2026, 3, 1)) == snapshots[1]


@on_sqlite
@pytest.mark.parametrize(
    ("how", "told"),
    [
        (lambda path: path.unlink(), "is gone"),
        (lambda path: path.write_text(""), "is damaged"),
        (lambda path: path.write_text("memb"), "is damaged"),
        (lambda path: path.write_text("another's"), "is damaged"),
        (lambda path: (path.unlink(), path.mkdir()), "is damaged"),
    ],
)
def test_a_snapshot_that_is_not_as_it_was_written_is_told_and_passed_over(shop, how, told):
    ledger = open_ledger(shop)
    first, last = (snap(ledger, AS_OF, NOW + timedelta(minutes=number)) for number in range(2))
    how(last.path)
    take_remarks()
    assert ledger.latest_snapshot() == first
    [(note, is_warning)] = take_remarks()
    assert (told in str(note), is_warning) == (True, True)


@on_sqlite
def test_a_run_that_was_killed_is_marked_by_the_next_one_and_its_snapshot_removed(shop):
    ledger = open_ledger(shop)
    kept = snap(ledger, AS_OF, NOW)
    killed = ledger.start_run("segment", AS_OF, NOW + timedelta(minutes=1), {})
    orphan = kept.path.with_name(f"2026-03-01-{killed.run_id}.parquet")
    foreign = kept.path.with_name("2026-03-01-20250101T000000000-abcdef.parquet")
    for path in (orphan, foreign):
        path.write_text("members")
    take_remarks()
    with ledger.lock():
        assert {run["status"] for run in ledger.runs()} == {"interrupted"}
    assert sorted(kept.path.parent.iterdir()) == sorted([kept.path, foreign])
    assert "2 runs that were killed" in str(take_remarks()[0][0])


@on_sqlite
def test_in_a_teams_database_only_the_run_that_held_this_shop_is_marked(shop):
    ledger = open_ledger(shop, '[ledger]\nurl = "sqlite:///team.db"\n')
    colleagues = ledger.start_run("segment", AS_OF, NOW, {})
    with ledger.lock():
        own = ledger.start_run("segment", AS_OF, NOW, {})
    with ledger.lock():
        assert {run["run_id"]: run["status"] for run in ledger.runs()} == {
            colleagues.run_id: "running",
            own.run_id: "interrupted",
        }


@on_sqlite
def test_a_snapshot_follows_the_shop_when_its_folder_moves(shop, tmp_path):
    snapshot = snap(open_ledger(shop), AS_OF, NOW)
    moved = tmp_path / "moved"
    moved.mkdir()
    (shop / ".siyu").rename(moved / ".siyu")
    (moved / "siyu.toml").write_text("")
    found = open_ledger(moved).latest_snapshot()
    assert found.path == moved / ".siyu" / "snapshots" / snapshot.path.name
    assert found.path.name == f"2026-03-01-{snapshot.run_id}.parquet"
    assert found.sha256 == snapshot.sha256


def test_a_snapshot_is_never_written_twice(shop):
    ledger = open_ledger(shop)
    run = ledger.start_run("segment", AS_OF, NOW, {})
    snapshot = ledger.record_snapshot(run, lambda path: path.write_text("first"), 1)
    with pytest.raises(OutputError):
        ledger.record_snapshot(run, lambda path: path.write_text("second"), 1)
    assert snapshot.path.read_text() == "first"


def test_a_write_that_fails_leaves_neither_file_nor_record(shop):
    ledger = open_ledger(shop)
    run = ledger.start_run("segment", AS_OF, NOW, {})

    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        ledger.record_snapshot(run, fail, 1)
    assert list((shop / ".siyu" / "snapshots").iterdir()) == []
    assert ledger.latest_snapshot() is None


def test_an_alias_is_kept_and_never_moves_to_another_member(shop):
    ledger = open_ledger(shop)
    run = ledger.start_run("segment", AS_OF, NOW, {})
    assert ledger.remember_aliases({"M1": "p:1", "M2": "p:2", "p:3": "p:3"}, run) == 2
    assert ledger.remember_aliases({"M1": "p:9", "M4": "p:4"}, run) == 1
    assert open_ledger(shop).aliases() == {"M1": "p:1", "M2": "p:2", "M4": "p:4"}


def test_a_second_run_is_told_who_holds_the_shop_and_since_when(shop):
    ledger = open_ledger(shop, '[shop]\ntimezone = "Asia/Shanghai"\n')
    with ledger.lock():
        os.utime(shop / ".siyu" / "lock", (NOW.timestamp(), NOW.timestamp()))
        with pytest.raises(LockError) as caught, open_ledger(shop).lock():
            pass
    assert caught.value.exit_code == 75
    assert f"process {os.getpid()}" in str(caught.value)
    assert "since 2026-03-01 18:00:00" in str(caught.value), "the time on the shop's own clock"
    with ledger.lock():
        pass


def test_a_killed_run_lets_go_of_the_shop_and_leaves_no_half_snapshot(shop):
    code = f"""
import time
from datetime import UTC, date, datetime
from pathlib import Path
from siyu_cli.config.settings import load_settings
from siyu_cli.ledger.ledger import Ledger
ledger = Ledger.open(load_settings(None, Path({str(shop)!r}), {{}}))
with ledger.lock():
    run = ledger.start_run("segment", date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), {{}})
    def write(path):
        path.write_text("half a snapshot")
        print("ready", flush=True)
        time.sleep(60)
    ledger.record_snapshot(run, write, 1)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        ledger = open_ledger(shop)
        with pytest.raises(LockError, match=f"process {process.pid}"), ledger.lock():
            pass
        process.kill()
    with ledger.lock():
        assert list((shop / ".siyu" / "snapshots").iterdir()) == []
        assert ledger.latest_snapshot() is None
        assert snap(ledger, AS_OF, NOW).path.read_text() == "members"


def test_many_runs_may_open_a_new_ledger_at_once(shop):
    code = f"""
from pathlib import Path
from siyu_cli.config.settings import load_settings
from siyu_cli.ledger.ledger import Ledger
Ledger.open(load_settings(None, Path({str(shop)!r}), {{}})).runs()
"""
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait() for process in started] == [0, 0, 0, 0]


@on_sqlite
def test_a_ledger_that_is_no_database_is_named(shop):
    (shop / ".siyu").mkdir()
    (shop / ".siyu" / "ledger.db").write_text("this is not a database, whatever it is" * 100)
    with pytest.raises(DataError, match=r"ledger\.db cannot be read"):
        open_ledger(shop)


def test_a_ledger_of_a_newer_siyu_is_left_alone(shop):
    open_ledger(shop)
    with ledgers.tables_of(shop) as connection:
        connection.exec_driver_sql("update schema_version set version = 99")
    with pytest.raises(DataError, match="newer siyu"):
        open_ledger(shop)


def test_an_older_ledger_is_brought_up_to_date_in_one_step(shop, monkeypatch):
    from siyu_cli.ledger import ledger as house

    open_ledger(shop).start_run("segment", AS_OF, NOW, {})

    def add_note(connection):
        connection.exec_driver_sql("alter table runs add column note text")

    def fail(connection):
        raise OSError(5, "killed")

    monkeypatch.setattr(house, "MIGRATIONS", (*house.MIGRATIONS, add_note, fail))
    with pytest.raises(OutputError):
        open_ledger(shop)
    monkeypatch.setattr(house, "MIGRATIONS", house.MIGRATIONS[:-1])
    assert len(open_ledger(shop).runs()) == 1
    with ledgers.tables_of(shop) as connection:
        assert connection.exec_driver_sql("select version from schema_version").all() == [(len(house.MIGRATIONS),)]
        assert "note" in [column["name"] for column in sa.inspect(connection).get_columns("runs")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(shop):
    shop.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            Ledger.open(load_settings(None, shop, {}))
    finally:
        shop.chmod(0o700)


def test_a_file_where_the_folder_belongs_is_named(shop):
    (shop / ".siyu").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        open_ledger(shop)


@on_sqlite
def test_a_team_may_keep_the_tables_elsewhere(shop):
    ledger = open_ledger(shop, '[ledger]\nurl = "sqlite:///team.db"\n')
    ledger.start_run("segment", AS_OF, NOW, {})
    assert (shop / "team.db").is_file()
    assert mode(shop / "team.db") == 0o600
    assert not (shop / ".siyu" / "ledger.db").exists()


@on_sqlite
@pytest.mark.parametrize("url", ["nonsense", "oracel://db/x", "postgresql+nodriver://db/x"])
def test_an_address_that_cannot_be_used_is_a_config_error(shop, url):
    with pytest.raises(ConfigError, match=r"ledger\.url cannot be"):
        open_ledger(shop, f'[ledger]\nurl = "{url}"\n')


@on_sqlite
def test_a_server_that_is_not_there_is_told_without_its_password(shop):
    pytest.importorskip("psycopg")
    with pytest.raises(EngineError, match="cannot be reached") as caught:
        open_ledger(shop, '[ledger]\nurl = "postgresql://siyu:geheim@127.0.0.1:1/siyu"\n')
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_who_waits_too_long_for_a_teams_ledger_is_told_to_try_again(shop, monkeypatch):
    from siyu_cli.ledger import database

    ledger = open_ledger(shop)
    monkeypatch.setattr(database, "_BUSY_SECONDS", 1)
    with ledger.begin(), pytest.raises(LockError):
        ledgers.open_ledger(shop)


@on_sqlite
def test_a_ledger_held_by_another_program_asks_to_try_again(shop, monkeypatch):
    ledger = open_ledger(shop)
    connection = sqlite3.connect(shop / ".siyu" / "ledger.db", isolation_level=None)
    connection.execute("begin immediate")
    from siyu_cli.ledger import database

    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    started = time.monotonic()
    with pytest.raises(LockError):
        open_ledger(shop)
    assert time.monotonic() - started < 5
    connection.execute("rollback")
    connection.close()
    assert ledger.runs() == []
