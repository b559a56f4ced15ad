"""The engines that statements about the core are made on: DuckDB always, Spark with ``-m spark``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.protocol import Engine

# Spark's own Python side leaves sockets to the garbage collector.
SPARK = (pytest.mark.spark, pytest.mark.filterwarnings("ignore::ResourceWarning"))


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[Engine]:
    engine = DuckDBEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    pytest.importorskip("pyspark")
    from siyu_cli.engines.spark import SparkEngine, start_session

    folder: Path = tmp_path_factory.mktemp("spark")
    session = start_session(
        "local[2]", **{"spark.sql.shuffle.partitions": "2", "spark.local.dir": str(folder)}
    )
    engine = SparkEngine(session, scratch=folder)
    yield engine
    engine.close()
    session.stop()


@pytest.fixture(scope="session", params=["duckdb", pytest.param("spark", marks=SPARK)])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found
