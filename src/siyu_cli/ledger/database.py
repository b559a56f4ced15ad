"""The ledger's database: its tables, the migrations that lead there, the connection and its complaints.

A migration that was released is never edited: what changes later is a new entry at the end of MIGRATIONS.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from siyu_cli.errors import ConfigError, DataError, EngineError, LockError, OutputError, SiyuError, Where
from siyu_cli.ledger.campaign_tables import create_campaign_tables
from siyu_cli.ledger.contact_tables import pack_contacts, refuse_earlier
from siyu_cli.ledger.first_contact_tables import create_contact_tables
from siyu_cli.ledger.playbook_tables import create_playbook_tables
from siyu_cli.ledger.risk_tables import create_risk_tables
from siyu_cli.ledger.told_tables import create_told_tables
from siyu_cli.private import make_private

# What goes wrong is raised; what the library would print besides, a signal while a connection closes, is for nobody.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())

_BUSY_SECONDS = 10
_TURN = 0x73697975  # "siyu": the advisory lock of a ledger on PostgreSQL
# What PostgreSQL says (SQLSTATE): others are at it; the disk or the server does not take more; nobody is let in.
_TRY_AGAIN = ("55P03", "40001", "40P01", "57P03")
_REFUSED = ("53", "25006", "58030")
_UNREACHABLE = ("08", "28", "3D", "57P01", "57P02", "42501")

_METADATA = sa.MetaData()

SCHEMA_VERSION = sa.Table("schema_version", sa.MetaData(), sa.Column("version", sa.Integer, nullable=False))

RUNS = sa.Table(
    "runs",
    _METADATA,
    sa.Column("run_id", sa.String(40), primary_key=True),
    sa.Column("command", sa.String(40), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("started_at", sa.String(32), nullable=False),  # ISO 8601 in UTC: the same text in every database
    sa.Column("finished_at", sa.String(32)),
    sa.Column(
        "status", sa.String(20), nullable=False
    ),  # running, done, failed or interrupted; running and dead: it was killed, and is marked by the next run
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("inputs", sa.JSON),
    sa.Column("outputs", sa.JSON),
)

SNAPSHOTS = sa.Table(
    "snapshots",
    _METADATA,
    sa.Column("run_id", sa.String(40), sa.ForeignKey(RUNS.c.run_id), primary_key=True),
    sa.Column("as_of", sa.Date, nullable=False, index=True),
    sa.Column("path", sa.String(200), nullable=False),  # from .siyu on, so that the shop's folder can be moved
    sa.Column("members", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
)

ALIASES = sa.Table(
    "aliases",
    _METADATA,
    sa.Column("alias", sa.String(200), primary_key=True),
    sa.Column("member_id", sa.String(200), nullable=False),
    sa.Column("first_seen_run", sa.String(40), sa.ForeignKey(RUNS.c.run_id), nullable=False),
)


def _create_tables(connection: sa.Connection) -> None:
    _METADATA.create_all(connection)


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (
    _create_tables,
    create_contact_tables,
    pack_contacts,
    create_campaign_tables,
    refuse_earlier,
    create_risk_tables,
    create_told_tables,
    create_playbook_tables,
)


def connect(url: str | None, folder: Path) -> sa.Engine:
    """Return an engine that keeps no connection open, and whose transactions come one after the other."""
    try:
        place = sa.make_url(url) if url else sa.URL.create("sqlite", database=str(folder / "ledger.db"))
        if place.drivername == "postgresql":
            place = place.set(drivername="postgresql+psycopg")
        kind = place.get_backend_name()
        if kind == "sqlite" and place.database:
            file = folder.parent / place.database  # an absolute path stays as it is
            place = place.set(database=str(file))
            _keep_private(file)
        options = {"sqlite": {"timeout": _BUSY_SECONDS}, "postgresql": {"connect_timeout": _BUSY_SECONDS}}
        engine = sa.create_engine(
            place, poolclass=NullPool, connect_args=options.get(kind, {}), hide_parameters=True
        )  # fmt: skip
    except (sa.exc.ArgumentError, ImportError) as error:
        raise ConfigError(
            "ledger.url cannot be used: it is no database's address, or its driver is not installed.",
            hint="It looks like postgresql://user@host/name, and needs pip install 'siyu-cli[postgresql]'.",
        ) from error
    if kind == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    elif kind == "postgresql":
        sa.event.listen(engine, "begin", _wait_turn)
    return engine


def _wait_turn(connection: sa.Connection) -> None:
    """Let transactions of one ledger come one after the other, as SQLite's do; who waits too long tries again."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us, so that migrations are inside one too
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _keep_private(file: Path) -> None:
    with told_as_ours(file):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        make_private(file)  # SQLite gives its journals the same mode


@contextmanager
def told_as_ours(path: Path | str) -> Iterator[None]:
    """Turn what disk and database complain about into an error that says what to do; ``path`` may be an address."""
    where = Where(file=str(path))
    try:
        yield
    except SiyuError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        message = "The shop's memory cannot be written to {path}: {reason}."
        raise OutputError(message, where=where, path=path, reason=reason) from error
    except sa.exc.DBAPIError as error:
        raise _database_error(path, where, error) from error


def _database_error(path: Path | str, where: Where, error: sa.exc.DBAPIError) -> SiyuError:
    reason = str(error.orig).partition("\n")[0].rstrip(".")
    code = getattr(error.orig, "sqlstate", "") or ""
    if code.startswith(_TRY_AGAIN) or "locked" in reason:
        return LockError("Another program is writing to {path}.", hint="Run the command again.", where=where, path=path)
    if code.startswith(_REFUSED) or any(word in reason for word in ("readonly", "full", "unable to open", "I/O")):
        message = "The shop's memory cannot be written to {path}: {reason}."
        return OutputError(message, where=where, path=path, reason=reason)
    is_cut_off = error.connection_invalidated or isinstance(error, sa.exc.OperationalError)
    if code.startswith(_UNREACHABLE) or ("://" in str(path) and is_cut_off):
        return EngineError(
            "The ledger's database {path} cannot be reached: {reason}.",
            hint="See that it runs, that ledger.url names it, and that you may sign in.",
            where=where, path=path, reason=reason,
        )  # fmt: skip
    return damaged(path, reason)


def damaged(path: Path | str, reason: str) -> DataError:
    """Return the error for a database that is none of ours, or not as we left it."""
    return DataError(
        "The ledger {path} cannot be read: {reason}.",
        hint="Put back a copy of it, or move it away to start a new one.",
        where=Where(file=str(path)),
        path=path,
        reason=reason,
    )
