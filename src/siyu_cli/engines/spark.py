"""Spark: an extra, for shops whose orders live on a cluster or do not fit on one machine.

Every step is written as Parquet into a scratch folder and read back, so that a lost executor costs one step
and no plan grows with the number of steps. The scratch folder must be one that all executors can reach.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from siyu_cli.errors import EngineError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from siyu_cli.engines.step import Params, Step

_HINT = "Install it with pip install 'siyu-cli[spark]', and Java 17 or later beside it."
_Result = TypeVar("_Result")


class SparkEngine:
    """Runs steps on one Spark session; every step is Parquet in the scratch folder and a view of that name.

    Without a ``session`` a local one is started and stopped with the engine; a session that is given is left
    as it was found: neither its settings nor its other views matter here.
    """

    def __init__(
        self, session: SparkSession | None = None, *, master: str = "local[*]", scratch: Path | None = None
    ) -> None:
        self._owns_session = session is None
        self.session = start_session(master) if session is None else session
        self._scratch = Path(tempfile.mkdtemp(prefix="siyu-spark-", dir=scratch))
        self._numbers = count(1)
        self._folders: dict[str, Path | None] = {}

    def open(self, name: str, source: pd.DataFrame | pa.Table | Path) -> None:
        """Give a frame, an Arrow table, or a Parquet file or folder a name."""
        if isinstance(source, Path):
            self._name(name, source, None)
            return
        # By way of Parquet: types stay exact, and rows in no plan are sent with every task.
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = self._new_folder(name)
        folder.mkdir()
        rows = source if isinstance(source, pa.Table) else pa.Table.from_pandas(source, preserve_index=False)
        pq.write_table(rows, folder / "part.parquet", coerce_timestamps="us", store_schema=False)
        self._name(name, folder, folder)

    def columns(self, name: str) -> dict[str, str]:
        """Return column → Spark type."""
        return dict(self.session.table(name).dtypes)

    def run(self, step: Step, params: Params) -> None:
        """Make the step's table."""
        folder = self._new_folder(step.name)

        def write(frame: DataFrame) -> None:
            frame.write.parquet(str(folder))

        self._execute(step, params, write)
        self._name(step.name, folder, folder)

    def fetch(self, step: Step, params: Params) -> pd.DataFrame:
        """Return the step's rows as a frame of the same types as DuckDB's."""
        import duckdb

        rows = self._execute(step, params, _to_arrow)
        with duckdb.connect() as connection:
            frame: pd.DataFrame = connection.from_arrow(rows).df()
        return frame

    def read(self, name: str, order_by: Sequence[str]) -> pa.Table:
        """Return a whole table as Arrow, sorted; in any order where none is given."""
        rows = self.session.table(name)
        return _to_arrow(rows.orderBy(*_nulls_last(order_by)) if order_by else rows)

    def write(self, name: str, path: Path, order_by: Sequence[str], meta: Mapping[str, str] | None = None) -> None:
        """Write a table to one Parquet file, sorted; ``meta`` goes into the file's key-value metadata."""
        folder = self._new_folder(name)
        one_part = self.session.table(name).repartition(1).sortWithinPartitions(*_nulls_last(order_by))
        one_part.write.option("compression", "zstd").parquet(str(folder))
        (part,) = folder.glob("part-*.parquet")
        if meta:
            _copy_with_meta(part, path, meta)
        else:
            shutil.move(part, path)
        shutil.rmtree(folder)

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads."""
        for name in names:
            self.session.catalog.dropTempView(name)
            _remove(self._folders.pop(name, None))

    def close(self) -> None:
        """Drop every table, remove the scratch folder, and stop the session if it was started here."""
        self.drop(*self._folders)
        _remove(self._scratch)
        if self._owns_session:
            self.session.stop()

    def _new_folder(self, name: str) -> Path:
        return self._scratch / f"{name}-{next(self._numbers)}"

    def _name(self, name: str, place: Path, folder: Path | None) -> None:
        self.session.read.parquet(_exact(place)).createOrReplaceTempView(name)
        _remove(self._folders.get(name))
        self._folders[name] = folder

    def _execute(self, step: Step, params: Params, use: Callable[[DataFrame], _Result]) -> _Result:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        sql = step.translated("spark", params)
        try:
            return use(self.session.sql(sql))
        except (PySparkException, Py4JError) as error:
            raise EngineError(
                "The step {step} failed: {reason}\n{sql}", step=step.name, reason=str(error), sql=sql
            ) from error


def start_session(master: str = "local[*]", settings: Mapping[str, str] | None = None) -> SparkSession:
    """Return a session that listens on this machine only and never depends on its time zone.

    ``EngineError`` when pyspark or Java is missing, or when this process runs Spark already.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError("Spark is not installed.", hint=_HINT) from error
    chosen = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        **(settings or {}),
    }
    if SparkSession.getActiveSession() is not None:
        raise EngineError("Spark runs in this process already.", hint="Give its session to the engine.")
    builder = SparkSession.builder.master(master).appName("siyu")
    for key, value in chosen.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise EngineError("Spark could not start: {reason}", hint=_HINT, reason=str(error)) from error


def _exact(place: Path) -> str:
    """Return a path as Spark reads it under exactly its own name."""
    return re.sub(r"[*?\[\]{}\\]", r"\\\g<0>", str(place))


def _to_arrow(frame: DataFrame) -> Any:
    import pyarrow as pa

    rows = frame.toArrow()
    # Spark marks some columns as never null, DuckDB none: the same table must not differ by that.
    return rows.cast(pa.schema([field.with_nullable(True).remove_metadata() for field in rows.schema]))


def _copy_with_meta(source: Path, target: Path, meta: Mapping[str, str]) -> None:
    # Spark's writer has no word for it.
    from pyarrow import parquet

    rows = parquet.ParquetFile(source)
    schema = rows.schema_arrow.with_metadata(dict(meta))
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for number in range(rows.num_row_groups):
            writer.write_table(rows.read_row_group(number).replace_schema_metadata(dict(meta)))


def _nulls_last(keys: Sequence[str]) -> list[Any]:
    from pyspark.sql import functions

    return [functions.col(f"`{key}`").asc_nulls_last() for key in keys]


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
