"""The memory of a shop: its runs, a snapshot of each segmentation, its members' other names, and a lock.

It lives in ``.siyu/`` beside siyu.toml; a shop without a siyu.toml remembers nothing. ``ledger.url`` moves
the tables to a database of the team's, snapshots and lock stay here. Times are parameters: nothing here
reads the clock.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from siyu_cli.errors import DataError, Note
from siyu_cli.ledger import FOLDER, WORKING
from siyu_cli.ledger.database import (
    ALIASES,
    MIGRATIONS,
    RUNS,
    SCHEMA_VERSION,
    SNAPSHOTS,
    connect,
    damaged,
    told_as_ours,
)
from siyu_cli.ledger.holding import Holding
from siyu_cli.ledger.leftovers import PARTIAL, clear_folders, clear_leftovers
from siyu_cli.ledger.trial import TRIED, trial_folder
from siyu_cli.private import make_private, note_folders_in
from siyu_cli.remarks import remark

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings


@dataclass(frozen=True)
class Run:
    """One command on one shop, from ``Ledger.start_run`` to ``Ledger.finish_run``; ids sort by time."""

    run_id: str
    command: str
    as_of: date


@dataclass(frozen=True)
class Snapshot:
    """Who was where on one date: a Parquet file that is never changed after it was written."""

    run_id: str
    as_of: date
    path: Path
    members: int
    sha256: str


class Ledger:
    """The ledger of one shop.

    Every method raises ``OutputError`` where the folder or disk refuses, ``DataError`` where the ledger is
    damaged or of a newer siyu, and ``LockError`` where another run is writing.
    """

    def __init__(self, folder: Path, url: str | None = None, timezone: str = "UTC") -> None:
        self.folder = folder
        self._timezone = ZoneInfo(timezone)
        with told_as_ours(folder):
            for path in (folder, folder / "snapshots"):
                path.mkdir(mode=0o700, exist_ok=True)
                make_private(path)
        note_folders_in(folder / WORKING)
        self._url = url
        self.trial: Path | None = None
        self._lock, self._is_held = Holding(folder, "lock", self._timezone), False
        self._engine = connect(url, folder)
        place = self._engine.url
        is_file = place.get_backend_name() == "sqlite"
        # What complaints name: a file, or an address without its password.
        self._place: Path | str = Path(place.database or "") if is_file else place.render_as_string()
        self._migrate()

    @classmethod
    def open(cls, settings: Settings) -> Ledger | None:
        """Return the ledger beside the shop's siyu.toml, made if need be; None without a siyu.toml.

        Within a trial nothing that is done to it remains, and none is made.
        """
        if settings.path is None:
            return None
        folder, url, trial = settings.path.parent / FOLDER, settings.ledger.url, trial_folder()
        if trial is not None and not folder.is_dir():
            folder, url = trial / FOLDER, None
        ledger = cls(folder, url, settings.shop.timezone)
        ledger.trial = trial
        return ledger

    def hold_playbooks(self) -> Holding:
        """Return the lock of who runs a playbook: its steps take the shop's own, one after the other."""
        return Holding(self.folder, "playbook", self._timezone)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the shop for one run; ``LockError`` says who else has it, and since when.

        What a killed run has left is cleared by the next one. A trial needs none: it leaves nothing.
        """
        if self.trial is not None:
            yield
            return
        held = self._lock
        is_alone = held.take()
        try:
            before = held.holder()
            held.note()
            if is_alone:
                dead_run = (before[1] if len(before) > 1 else "") if self._url else None
                with self._begin() as connection:
                    clear_leftovers(connection, self.folder, dead_run)
                clear_folders(self.folder)
            self._is_held = True
            yield
        finally:
            self._is_held = False
            held.release()

    def from_shop(self, folder: Path) -> str:
        """Return where a folder is from the shop's own folder on, so that both can be moved."""
        whole, shop = folder.resolve(), self.folder.parent.resolve()
        return Path(os.path.relpath(whole, shop)).as_posix() if whole.anchor == shop.anchor else whole.as_posix()

    def start_run(self, command: str, as_of: date, now: datetime, parameters: Mapping[str, Any]) -> Run:
        """Record that a command begins; ``parameters`` must be what JSON can hold, ``now`` an aware time."""
        moment = _utc(now)
        # The Z keeps the time's digits apart from those behind it: together they might be taken for a phone.
        run_id = f"{moment.strftime('%Y%m%dT%H%M%S%f')[:-4]}Z-{secrets.token_hex(3)}"
        row = {
            "run_id": run_id,
            "command": command,
            "as_of": as_of,
            "started_at": moment.isoformat(timespec="seconds"),
            "status": "running",
            "version": version("siyu-cli"),
            "parameters": dict(parameters),
        }
        if self._is_held:  # so that the next one knows which run was killed, whosever the tables are
            self._lock.note(run_id)
        with self._begin() as connection:
            connection.execute(RUNS.insert(), row)
        return Run(run_id, command, as_of)

    def finish_run(
        self,
        run: Run,
        now: datetime,
        *,
        status: str = "done",
        inputs: Sequence[Mapping[str, Any]] = (),
        outputs: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Record how a run ended, what it read and wrote: ``{"file", "sha256", "rows"}`` each."""
        values = {
            "status": status,
            "inputs": [dict(item) for item in inputs],
            "outputs": [dict(item) for item in outputs],
        }
        ended = {"finished_at": _utc(now).isoformat(timespec="seconds")}
        with self._begin() as connection:
            connection.execute(RUNS.update().where(RUNS.c.run_id == run.run_id), values | ended)

    def runs(self, limit: int = 20) -> list[dict[str, Any]]:
        """Return the last runs, newest first, one dict per run with every column of the table."""
        query = RUNS.select().order_by(RUNS.c.run_id.desc()).limit(limit)
        with self._begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def history(self, command: str) -> list[dict[str, Any]]:
        """Return the finished runs of a command, the first one first, one dict per run."""
        query = RUNS.select().where(RUNS.c.command == command, RUNS.c.status == "done").order_by(RUNS.c.run_id)
        with self._begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def record_snapshot(self, run: Run, write: Callable[[Path], None], members: int) -> Snapshot:
        """Have ``write(path)`` write the run's snapshot, and keep it: the whole file appears, or none."""
        name = f"{run.as_of.isoformat()}-{run.run_id}.parquet"
        path = self.trial / TRIED if self.trial else self.folder / "snapshots" / name
        partial = path.with_name(f".{path.stem}{PARTIAL}")
        try:
            with told_as_ours(path):
                if path.exists() and not self.trial:
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
                write(partial)
                make_private(partial)
                sha256 = _settle(partial)
                partial.replace(path)
                _sync(path.parent)
        finally:
            partial.unlink(missing_ok=True)
        row = {"run_id": run.run_id, "as_of": run.as_of, "path": f"snapshots/{name}", "members": members}
        if self.trial is None:
            with self._begin() as connection:
                connection.execute(SNAPSHOTS.insert(), row | {"sha256": sha256})
        return Snapshot(run.run_id, run.as_of, path, members, sha256)

    def latest_snapshot(
        self, before: date | None = None, is_usable: Callable[[Path], bool] = lambda _: True
    ) -> Snapshot | None:
        """Return the last snapshot from before ``before``, or the last one recorded; None if there is none.

        A snapshot whose file is gone, is not as it was written or is not usable is passed over, with a remark.
        """
        query = SNAPSHOTS.select().order_by(SNAPSHOTS.c.run_id.desc())
        if before is not None:
            order = (SNAPSHOTS.c.as_of.desc(), SNAPSHOTS.c.run_id.desc())
            query = SNAPSHOTS.select().where(SNAPSHOTS.c.as_of < before).order_by(*order)
        return next((found for found in self._found(query) if self._is_whole(found) and is_usable(found.path)), None)

    def snapshots(self, which: sa.ColumnElement[bool]) -> list[Snapshot]:
        """Return some of the snapshots, the last written first; those that are not as written are passed over."""
        query = SNAPSHOTS.select().where(which).order_by(SNAPSHOTS.c.as_of.desc(), SNAPSHOTS.c.run_id.desc())
        return [found for found in self._found(query) if self._is_whole(found)]

    def _found(self, query: sa.Select[Any]) -> list[Snapshot]:
        with self._begin() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            Snapshot(row["run_id"], row["as_of"], self.folder / row["path"], row["members"], row["sha256"])
            for row in rows
        ]

    def weekly_snapshots(self, before: date, weeks: int) -> list[Snapshot]:
        """Return the last snapshot of each of the calendar weeks before a date, the earliest first; no damaged one."""
        query = SNAPSHOTS.select().where(
            SNAPSHOTS.c.as_of < before, SNAPSHOTS.c.as_of >= before - timedelta(weeks=weeks)
        )
        with self._begin() as connection:
            rows = connection.execute(query.order_by(SNAPSHOTS.c.as_of, SNAPSHOTS.c.run_id)).mappings().all()
        last = {row["as_of"].isocalendar()[:2]: row for row in rows}
        found = [
            Snapshot(row["run_id"], row["as_of"], self.folder / row["path"], row["members"], row["sha256"])
            for row in last.values()
        ]
        return [snapshot for snapshot in found if self._is_whole(snapshot)]

    def _is_whole(self, snapshot: Snapshot) -> bool:
        facts = {"file": snapshot.path.name, "as_of": snapshot.as_of}
        try:
            with snapshot.path.open("rb") as file:
                is_whole = hashlib.file_digest(file, "sha256").hexdigest() == snapshot.sha256
        except FileNotFoundError:
            if not self._url:  # else it may lie on a colleague's machine
                remark(Note("{file}, the list siyu kept of {as_of}, is gone: it is passed over.", facts))
            return False
        except OSError:
            is_whole = False
        if not is_whole:
            remark(Note("{file}, the list siyu kept of {as_of}, is damaged: it is passed over.", facts))
        return is_whole

    def remember_aliases(self, aliases: Mapping[str, str], run: Run) -> int:
        """Keep ``{alias: member_id}`` for later runs and return how many were new; an alias never moves."""
        known = self.aliases()
        new = [
            {"alias": alias, "member_id": member_id, "first_seen_run": run.run_id}
            for alias, member_id in sorted(aliases.items())
            if alias not in known and alias != member_id
        ]
        if new and self.trial is None:
            with self._begin() as connection:
                connection.execute(ALIASES.insert(), new)
        return len(new)

    def aliases(self) -> dict[str, str]:
        """Return every alias and the member it stands for."""
        query = sa.select(ALIASES.c.alias, ALIASES.c.member_id).order_by(ALIASES.c.alias)
        with self._begin() as connection:
            return {row.alias: row.member_id for row in connection.execute(query)}

    def begin(self) -> AbstractContextManager[sa.Connection]:
        """Return a transaction, for tables of which this class does not tell; on SQLite it has the write lock."""
        return self._begin()

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        try:
            with told_as_ours(self._place), self._engine.connect() as connection, connection.begin() as transaction:
                yield connection
                if self.trial is not None:
                    transaction.rollback()
        except (ValueError, TypeError, KeyError) as error:  # what stands there is no date, no JSON, no text
            raise damaged(self._place, str(error)) from error

    def _migrate(self) -> None:
        """Bring the tables to this siyu's version, in one transaction: a killed run changes nothing."""
        with self._begin() as connection:
            SCHEMA_VERSION.create(connection, checkfirst=True)
            found = connection.scalar(sa.select(SCHEMA_VERSION.c.version))
            if found is None:
                connection.execute(SCHEMA_VERSION.insert(), {"version": 0})
            if (found or 0) > len(MIGRATIONS):
                raise DataError(
                    "The ledger in {folder} was written by a newer siyu.",
                    hint="Upgrade siyu on this machine.",
                    folder=self.folder,
                )
            for migrate in MIGRATIONS[found or 0 :]:
                migrate(connection)
            if found != len(MIGRATIONS):
                connection.execute(SCHEMA_VERSION.update(), {"version": len(MIGRATIONS)})


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("now needs a time zone")
    return moment.astimezone(UTC)


def _settle(path: Path) -> str:
    """Push a file to the disk and return its SHA-256."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Push a folder's entries to the disk, where the system knows how."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
