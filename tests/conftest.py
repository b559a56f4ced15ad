"""The engines that statements about the core are made on: DuckDB always, Spark with ``-m spark``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.protocol import Engine

# Spark's own Python side leaves sockets to the garbage collector.
SPARK = (pytest.mark.spark, pytest.mark.filterwarnings("ignore::ResourceWarning"))
ENGINES = ["duckdb", pytest.param("spark", marks=SPARK)]


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
