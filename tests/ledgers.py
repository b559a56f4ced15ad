"""Shops whose ledger is in SQLite or in PostgreSQL: the same tests hold for both.

``kind`` names the database; PostgreSQL is a server of our own in a temporary folder, and skipped where none is
installed. It listens on a socket there alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from siyu_cli.config.settings import load_settings
from siyu_cli.ledger.database import connect
from siyu_cli.ledger.ledger import Ledger

on_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
_USER = "postgres"
_numbers = count()


def _programs() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: -int(one.parent.name))
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a server for this process of tests and give its address."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="siyu-pg-", dir="/tmp"))
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:  # the server refuses to run as root
        shutil.chown(folder, _USER, _USER)
    who = {"user": _USER, "group": _USER, "extra_groups": []} if is_root else {}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd="/", **who)

    data, options = folder / "data", f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
    try:
        run(f"{programs}/initdb", "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        run(f"{programs}/pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        yield f"postgresql://{_USER}@/postgres?host={quote(str(folder))}"
    finally:
        subprocess.run(
            [f"{programs}/pg_ctl", "-D", data, "-m", "immediate", "stop"],
            check=False,
            capture_output=True,
            cwd="/",
            **who,
        )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def ledger_toml(kind: str, request: pytest.FixtureRequest) -> str:
    """Give what siyu.toml says of the ledger: nothing, or a place of its own on the server."""
    if kind == "sqlite":
        return ""
    url, schema = request.getfixturevalue("postgresql"), f"shop{next(_numbers)}"
    engine = connect(url, Path("/"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    return f'[ledger]\nurl = "{url}&options={quote(f"-csearch_path={schema}")}"\n'


def open_ledger(shop: Path) -> Ledger:
    ledger = Ledger.open(load_settings(None, shop, {}))
    assert ledger is not None
    return ledger


@contextmanager
def tables_of(shop: Path) -> Iterator[sa.Connection]:
    """Give the tables of a shop's ledger to whoever changes them behind siyu's back."""
    settings = load_settings(None, shop, {})
    engine = connect(settings.ledger.url, shop / ".siyu")
    with engine.begin() as connection:
        yield connection


def everything_in(shop: Path) -> str:
    """Return every row of every table as text."""
    with tables_of(shop) as connection:
        metadata = sa.MetaData()
        metadata.reflect(connection)
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(table.select())
        )
