"""What many statements are made on: engines (DuckDB always, Spark with ``-m spark``), a bare folder, a campaign."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import Run, runner
from ledgers import kind, ledger_toml, postgresql
from referral_files import FILES, INVITES, MEMBERS, ORDERS, SPENT
from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.protocol import Engine

__all__ = ("kind", "ledger_toml", "postgresql")  # fixtures
# Spark's own Python side leaves sockets to the garbage collector.
SPARK = (pytest.mark.spark, pytest.mark.filterwarnings("ignore::ResourceWarning"))
ENGINES = ["duckdb", pytest.param("spark", marks=SPARK)]


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep temporary files apart from those of other runs: what a killed run leaves, the next one tells of."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("temporary")
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the one local Spark of a test run, started when the first test asks for it."""
    pytest.importorskip("pyspark")
    from siyu_cli.engines.spark import start_session

    folder = tmp_path_factory.mktemp("spark")
    session = start_session("local[2]", {"spark.sql.shuffle.partitions": "2", "spark.local.dir": str(folder)})
    yield session
    session.stop()


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[Engine]:
    """Return one DuckDB for statements that need no other engine; tables stay from test to test."""
    engine = DuckDBEngine()
    yield engine
    engine.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Return an engine without tables."""
    yield from _engine(request)


@pytest.fixture(scope="module", params=ENGINES)
def lasting_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Return an engine whose tables last for the module."""
    yield from _engine(request)


def _engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine: Engine
    if request.param == "spark":
        from siyu_cli.engines.spark import SparkEngine

        engine = SparkEngine(request.getfixturevalue("spark_session").newSession())
    else:
        engine = DuckDBEngine()
    yield engine
    engine.close()


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and nothing around it that could change an answer."""
    for name in [name for name in os.environ if name.startswith(("SIYU_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def folder(empty_folder: Path) -> Path:
    """The folder of a small campaign: invites, members, orders, costs."""
    for name, text in zip(FILES, (INVITES, MEMBERS, ORDERS, SPENT), strict=True):
        (empty_folder / name).write_text(text, "utf-8")
    return empty_folder


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys, "referral-report")
