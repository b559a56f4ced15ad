"""Spark: an extra, for shops whose orders live on a cluster or do not fit on one machine.

Every step is written as Parquet into a scratch folder and read back, so that a lost executor costs one step
and no plan grows with the number of steps. The scratch folder must be one that all executors can reach.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.engines.lake import Lake, numbered
from siyu_cli.engines.patterns import java_pattern
from siyu_cli.engines.scratch import Scratch, is_address, is_local
from siyu_cli.engines.spark_connection import SparkConnection
from siyu_cli.engines.spark_errors import told, told_of, unread_told
from siyu_cli.errors import EngineError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession
    from sqlglot import exp

    from siyu_cli.engines.step import Params, Step

_HINT = "Install it with pip install 'siyu-cli[spark]', and Java 17 or later beside it."
_HINT_CONNECT = "Install it with pip install 'siyu-cli[spark-connect]'."
_SMALL = 2**20
PARTS_META = "_siyu.json"  # readers of Parquet leave out what begins so
_PLACE = ("_metadata.file_path", "_metadata.file_size", "_metadata.row_index")


class SparkEngine:
    """Runs steps on one Spark session; every step is Parquet in the scratch folder and a view of that name.

    Without a ``session`` one is started on ``master`` (``local[*]``, ``spark://…``, ``yarn``; ``sc://…`` is a Spark
    Connect server) and stopped with the engine; a session that is given is left as it was found: neither its settings
    nor its other views matter here. ``scratch`` is where tables between steps lie, a folder or an address
    (``hdfs://…``) that every executor reaches.
    """

    is_elsewhere = True

    def __init__(
        self, session: SparkSession | None = None, *, master: str = "local[*]", scratch: str | Path | None = None
    ) -> None:
        self._owns_session = session is None
        self.session = start_session(master) if session is None else session
        self.connection = SparkConnection(self)
        self.is_closed = False
        self._scratch = Scratch(self.session, scratch)
        self._numbers = count(1)
        self._folders: dict[str, str | None] = {}

    def open(self, name: str, source: pd.DataFrame | pa.Table | Path) -> None:
        """Give a frame, an Arrow table, or a Parquet file or folder a name."""
        if isinstance(source, Path):
            self._name(name, _exact(source), None)
            return
        import pyarrow as pa

        rows = source if isinstance(source, pa.Table) else pa.Table.from_pandas(source, preserve_index=False)
        self.hand_over(name, rows)

    def hand_over(self, name: str, rows: pa.Table) -> None:
        """Give rows of this machine a name; small ones are part of the plans they stand in."""
        from pyspark.sql.pandas.types import from_arrow_schema

        given = _plain(rows)
        if given.nbytes <= _SMALL or not self._scratch.is_here:
            schema = from_arrow_schema(given.schema, prefer_timestamp_ntz=True)
            self.session.createDataFrame(given, schema=schema).createOrReplaceTempView(f"`{name}`")
            self._remember(name, None)
            return
        # By way of Parquet: rows in no plan are sent with every task.
        import pyarrow.parquet as pq

        folder = self._new_folder(name)
        Path(folder).mkdir()
        pq.write_table(given, Path(folder) / "part.parquet", coerce_timestamps="us", store_schema=False)
        self._name(name, folder, folder)

    def open_lake(self, name: str, place: str) -> Lake:
        """Give Parquet files, a folder, a pattern of such or a catalog's table a name, its rows numbered from 1.

        Its columns are c0, c1… and row: rows are numbered as they lie in a file, and files follow each other by name.
        InputError where there is nothing of that name, DataError for what Spark cannot read; both name it.
        """
        is_table = "/" not in place and not place.endswith(".parquet") and not Path(place).exists()
        with unread_told(place):
            found = self.session.table(place) if is_table else self.session.read.parquet(_as_address(place))
            headers, kinds = found.columns, [kind for _, kind in found.dtypes]
            rows = found.toDF(*(f"c{number}" for number in range(len(headers))))
            placed = self._placed(name, rows)
            files = _to_arrow(placed.groupBy("file_path", "file_size").count().orderBy("file_path"))
        row = "row_index + 1"
        if files.num_rows > 1:
            self.hand_over(f"{name}_files", numbered(files))
            placed = placed.join(self.session.table(f"`{name}_files`").hint("broadcast"), "file_path")
            row += " + rows_before"
        placed.selectExpr(*rows.columns, f"{row} as row").createOrReplaceTempView(f"`{name}`")
        self._remember(name, None)
        return Lake(place, name, tuple(zip(headers, kinds, strict=True)), files)

    def _placed(self, name: str, rows: DataFrame) -> DataFrame:
        """Return rows with the file each is from and where in it."""
        from pyspark.errors import PySparkException

        try:
            return rows.select("*", *_PLACE)
        except PySparkException:
            # A table that says nothing of its files: copied, its rows have numbers.
            folder = self._new_folder(name)
            rows.write.parquet(folder)
            self._folders[f"{name}_copied"] = folder
            return self.session.read.parquet(folder).select("*", *_PLACE)

    def columns(self, name: str) -> dict[str, str]:
        """Return column → Spark type."""
        return dict(self.session.table(f"`{name}`").dtypes)

    def arrow_schema(self, name: str) -> pa.Schema:
        """Return the columns of a table as Arrow knows them."""
        from pyspark.sql.pandas.types import to_arrow_schema

        return to_arrow_schema(self.session.table(f"`{name}`").schema)

    def described(self, sql: str) -> dict[str, str]:
        """Return column → Spark type of a query."""
        with told(sql):
            return dict(self.session.sql(sql).dtypes)

    def run(self, step: Step, params: Params) -> None:
        """Make the step's table."""
        with told_of(step):
            self.materialise(step.name, step.translated("spark", params))

    def materialise(self, name: str, sql: str) -> str:
        """Make a table of a query; return its name."""
        folder = self._new_folder(name)
        with told(sql):
            self.session.sql(sql).write.parquet(folder)
        self._name(name, folder, folder)
        return name

    def view_of(self, name: str, sql: str) -> None:
        """Make a view of a query: what it reads is looked up by name whenever it is read."""
        self._remember(name, None)
        with told(sql):
            self.session.sql(f"create or replace temporary view `{name}` as {sql}")

    def view(self, name: str, query: exp.Query) -> None:
        """Give a query a name, replacing what had it."""
        self.view_of(name, query.sql("spark"))

    def fetch(self, step: Step, params: Params) -> pd.DataFrame:
        """Return the step's rows as a frame of the same types as DuckDB's."""
        import duckdb

        with told_of(step):
            rows = self.collect(step.translated("spark", params))
        with duckdb.connect() as connection:
            frame: pd.DataFrame = connection.from_arrow(rows).df()
        return frame

    def collect(self, sql: str) -> pa.Table:
        """Return the rows of a query as Arrow: an answer, never a table of members or orders."""
        with told(sql):
            return _to_arrow(self.session.sql(sql))

    def is_empty(self, name: str) -> bool:
        """Return whether a table has no rows."""
        return bool(self.session.table(f"`{name}`").isEmpty())

    def count(self, name: str) -> int:
        """Return how many rows a table has."""
        return int(self.session.table(f"`{name}`").count())

    def holds(self, name: str, pattern: str) -> bool:
        """Return whether a text of a table matches a pattern."""
        texts = [f"`{key}`" for key, kind in self.columns(name).items() if kind == "string"]
        if not texts:
            return False
        found = self.session.table(f"`{name}`").where(_matching("concat_ws('', " + ", ".join(texts) + ")", pattern))
        return not found.isEmpty()

    def read(self, name: str, order_by: Sequence[str]) -> pa.Table:
        """Return a whole table as Arrow, sorted; in any order where none is given."""
        rows = self.session.table(f"`{name}`")
        return _to_arrow(rows.orderBy(*_sorted_by(rows, order_by)) if order_by else rows)

    def write(self, name: str, path: Path, order_by: Sequence[str], meta: Mapping[str, str] | None = None) -> None:
        """Write a table as Parquet, sorted: to one file, or into a folder that is there as parts one after the other.

        ``meta`` goes into the file's key-value metadata, or beside the parts into ``_siyu.json``.
        """
        if path.is_dir():
            self._write_parts(name, path, order_by, meta or {})
            return
        if not self._scratch.is_here:
            import pyarrow.parquet as pq

            rows = self.read(name, order_by).replace_schema_metadata(dict(meta or {}))
            pq.write_table(rows, path, compression="zstd")
            return
        folder = self._new_folder(name)
        rows = self.session.table(f"`{name}`")
        one_part = rows.repartition(1).sortWithinPartitions(*_sorted_by(rows, order_by))
        with told(name):
            one_part.write.option("compression", "zstd").parquet(folder)
        (part,) = Path(folder).glob("part-*.parquet")
        if meta:
            _copy_with_meta(part, path, meta)
        else:
            shutil.move(part, path)
        self._scratch.remove(folder)

    def _write_parts(self, name: str, folder: Path, order_by: Sequence[str], meta: Mapping[str, str]) -> None:
        rows = self.session.table(f"`{name}`")
        ordered = rows.orderBy(*_sorted_by(rows, order_by))
        with told(name):
            ordered.write.mode("append").option("compression", "zstd").parquet(_exact(folder.absolute()))
        if not any(folder.glob("part-*.parquet")):
            raise EngineError(
                "Spark's machines wrote the list to disks of their own: {folder} is not theirs, too.",
                hint="Name a folder that all of them reach.",
                folder=folder,
            )
        (folder / PARTS_META).write_text(json.dumps(dict(meta), ensure_ascii=False), "utf-8")

    def rename(self, name: str, other: str) -> None:
        """Give a table another name."""
        folder = self._folders.pop(name, None)
        self.session.table(f"`{name}`").createOrReplaceTempView(f"`{other}`")
        self._folders[other] = folder
        self.session.catalog.dropTempView(name)

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads; nothing where all is closed already."""
        if self.is_closed:
            return
        for name in names:
            self.session.catalog.dropTempView(name)
            self._scratch.remove(self._folders.pop(name, None))

    def close(self) -> None:
        """Drop every table, remove the scratch folder, and stop the session if it was started here."""
        if self.is_closed:
            return
        self.drop(*self._folders)
        self._scratch.close()
        self.is_closed = True
        if self._owns_session:
            self.session.stop()

    def names(self) -> list[str]:
        """Return the names of all tables, sorted."""
        return sorted(self._folders)

    def new_name(self, name: str) -> str:
        """Return a name that no table has."""
        return f"{name}__{next(self._numbers)}"

    def _new_folder(self, name: str) -> str:
        return self._scratch.folder(f"{re.sub(r'[^A-Za-z0-9_]', '_', name)}-{next(self._numbers)}")

    def _name(self, name: str, place: str, folder: str | None) -> None:
        self.session.read.parquet(place).createOrReplaceTempView(f"`{name}`")
        self._remember(name, folder)

    def _remember(self, name: str, folder: str | None) -> None:
        self._scratch.remove(self._folders.get(name))
        self._folders[name] = folder


def start_session(master: str = "local[*]", settings: Mapping[str, str] | None = None) -> SparkSession:
    """Return a session that listens on this machine only and never depends on its time zone.

    ``master`` is a master's URL, or ``sc://host:port`` for a Spark Connect server. ``EngineError`` when pyspark, Java
    or what Connect needs is missing, when nobody answers, or when this process runs Spark already.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError("Spark is not installed.", hint=_HINT) from error
    if master.startswith("sc://"):
        connected: SparkSession = _connect(master, settings or {})
        return connected
    chosen = {
        **(_here() if is_local(master) else {}),
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


def _here() -> dict[str, str]:
    """Return the settings of a Spark of this machine: it listens to nobody else, and leaves no folder where it runs."""
    warehouse = str(Path(tempfile.gettempdir()) / "siyu-spark-warehouse")
    return {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": warehouse,
    }


def _connect(address: str, settings: Mapping[str, str]) -> Any:  # its methods are the same, its class is another
    try:
        import grpc  # what pyspark needs for it, and says less clearly
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise EngineError("Spark Connect is not installed.", hint=_HINT_CONNECT) from error
    builder = SparkSession.builder.remote(address)
    for key, value in {"spark.sql.session.timeZone": "UTC", **settings}.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
        _ = session.version  # nobody is asked before
    except (PySparkException, grpc.RpcError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise EngineError("{address} does not answer: {reason}", address=address, reason=reason) from error
    return session


def _as_address(place: str) -> str:
    """Return a path as Spark reads it: one that is there under exactly its name, any other as a pattern."""
    path = Path(place)
    return _exact(path.absolute()) if not is_address(place) and path.exists() else place


def _exact(place: Path) -> str:
    """Return a path as Spark reads it under exactly its own name."""
    return re.sub(r"[*?\[\]{}\\]", r"\\\g<0>", str(place))


def _plain(rows: pa.Table) -> pa.Table:
    """Return rows of this machine in the types that Spark knows."""
    import pyarrow as pa

    def kind(given: pa.DataType) -> pa.DataType:
        if pa.types.is_timestamp(given):
            return pa.timestamp("us", given.tz)
        return pa.string() if pa.types.is_large_string(given) or pa.types.is_null(given) else given

    schema = pa.schema([pa.field(one.name, kind(one.type)) for one in rows.schema])
    return rows.replace_schema_metadata(None).cast(schema)


def _matching(text: str, pattern: str) -> str:
    written = java_pattern(pattern).replace("\\", "\\\\").replace("'", "\\'")
    return f"regexp_like({text}, '{written}')"


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


def _sorted_by(rows: DataFrame, keys: Sequence[str]) -> list[Any]:
    return [rows[f"`{key}`"].asc_nulls_last() for key in keys]
