"""DuckDB: the default engine, in this process, spilling to disk when memory is short."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from siyu_cli.address_space import address_space
from siyu_cli.errors import EngineError, Note, OutputError, Where
from siyu_cli.private import OF_RUN, OwnFolder
from siyu_cli.remarks import remark

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from sqlglot import exp

    from siyu_cli.engines.step import Params, Step


class DuckDBEngine:
    """Runs steps on one DuckDB connection; every step is a temporary table of it."""

    is_elsewhere = False

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self.connection = connection or connect()
        self.is_closed = False
        if address_space() is None:
            # Blocks that one step gives back are the next step's, instead of the system's and then asked for again.
            self.connection.execute("set block_allocator_memory = '50%'")

    def open(self, name: str, source: pd.DataFrame | pa.Table | Path) -> None:
        """Give a frame, an Arrow table, or a Parquet file or folder a name."""
        if isinstance(source, Path):
            self.connection.unregister(name)  # a frame of that name would be read before the file
            files = exact_path(source) + ("/*.parquet" if source.is_dir() else "")
            self.connection.read_parquet(files, hive_partitioning=False).create_view(name)
            return
        self.connection.register(name, source)

    def columns(self, name: str) -> dict[str, str]:
        """Return column → DuckDB type."""
        relation = self.connection.table(name)
        return {column: str(kind) for column, kind in zip(relation.columns, relation.types, strict=True)}

    def run(self, step: Step, params: Params) -> None:
        """Make the step's table."""
        self._execute(step, "create or replace temp table " + _quoted(step.name) + " as " + step.sql, params)

    def fetch(self, step: Step, params: Params) -> pd.DataFrame:
        """Return the step's rows as a frame."""
        frame: pd.DataFrame = self._execute(step, step.sql, params).df()
        return frame

    def read(self, name: str, order_by: Sequence[str]) -> pa.Table:
        """Return a whole table as Arrow, sorted; in any order where none is given."""
        relation = self.connection.table(name)
        ordered = relation.order(", ".join(map(_quoted, order_by))) if order_by else relation
        return ordered.to_arrow_table()

    def write(self, name: str, path: Path, order_by: Sequence[str], meta: Mapping[str, str] | None = None) -> None:
        """Write a table to one Parquet file, sorted; ``meta`` goes into the file's key-value metadata."""
        if any("\ud800" <= sign <= "\udfff" for sign in str(path)):
            message = "{file} cannot be written: its name holds bytes that are no text."
            raise OutputError(message, hint="Choose another name or folder.", where=Where(file=str(path)), file=path)
        rows = "from " + _quoted(name) + " order by " + ", ".join(map(_quoted, order_by))
        told = ", ".join(_quoted(key) + ": $" + key for key in meta or {})
        options = "format parquet, compression zstd" + (", kv_metadata {" + told + "}" if told else "")
        try:
            self.connection.execute(
                "copy (" + rows + ") to $path (" + options + ")", {"path": str(path), **(meta or {})}
            )
        except duckdb.IOException as error:
            raise _as_os_error(error) from error

    def view(self, name: str, query: exp.Query) -> None:
        """Give a query a name, replacing what had it."""
        self.connection.execute("create or replace temp view " + _quoted(name) + " as " + query.sql("duckdb"))

    def count(self, name: str) -> int:
        """Return how many rows a table has."""
        rows = self.connection.execute("select count(*) from " + _quoted(name)).fetchall()
        return int(rows[0][0])

    def holds(self, name: str, pattern: str) -> bool:
        """Return whether a text of a table matches a pattern."""
        texts = [_quoted(key) for key, kind in self.columns(name).items() if kind == "VARCHAR"]
        if not texts:
            return False
        every = ", ".join(texts)
        asked = (
            "select 1 from " + _quoted(name) + " where regexp_matches(concat_ws('', " + every + "), $pattern) limit 1"
        )
        return bool(self.connection.execute(asked, {"pattern": pattern}).fetchall())

    def rename(self, name: str, other: str) -> None:
        """Give a step's table another name."""
        self.connection.execute("alter table " + _quoted(name) + " rename to " + _quoted(other))

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads; nothing where all is closed already."""
        if self.is_closed:
            return
        for name in names:
            self.connection.execute("drop table if exists " + _quoted(name))

    def close(self) -> None:
        """Close the connection and remove what it spilled."""
        self.is_closed = True
        self.connection.close()
        if self.connection in _spills:
            _spills.pop(self.connection).remove()

    def _execute(self, step: Step, sql: str, params: Params) -> Any:
        try:
            return self.connection.execute(sql, step.given(params))
        except duckdb.Error as error:
            raise EngineError(
                "The step {step} failed: {reason}\n{sql}", step=step.name, reason=without_values(error), sql=step.sql
            ) from error


def connect(memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection that spills into a folder of its own and never depends on the machine's time zone."""
    room = address_space()
    # Each thread reserves address space: where there is little, one thread has more use of it than several.
    connection = duckdb.connect() if room is None else duckdb.connect(config={"threads": 1})
    connection.execute("set temp_directory = $folder", {"folder": _spill_folder(connection)})
    connection.execute("set max_temp_directory_size = '100GB'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set TimeZone = 'UTC'")
    # Freed memory goes back to the system soon: while a sheet is cleaned, a larger one is being read.
    connection.execute("set allocator_background_threads = $is_on", {"is_on": room is None})
    # A score's bands are up to 15 rows: a loop over them beats the sort of a range join.
    connection.execute("set nested_loop_join_threshold = 64")
    if memory_limit or room is not None:
        limit = memory_limit or f"{(room or 0) // 4 // 2**20}MiB"
        connection.execute("set memory_limit = $memory_limit", {"memory_limit": limit})
    return connection


def exact_path(path: Path) -> str:
    """Return a path as DuckDB reads it under exactly its own name, whatever characters are in it.

    >>> exact_path(Path("/shop/订单[1].parquet"))
    '/shop/订单[[]1].parquet'
    """
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path.absolute()))


def without_values(error: duckdb.Error) -> str:
    """Return what DuckDB complains of without the value that did not convert: it may be somebody's name."""
    return re.sub(r"""(string|value) ('[^']*'|"[^"]*")""", r"\1 '…'", str(error))


# The folder each connection spills into; whoever forgets to close one leaves none behind.
_spills: weakref.WeakKeyDictionary[duckdb.DuckDBPyConnection, OwnFolder] = weakref.WeakKeyDictionary()


def _spill_folder(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a folder (0700) for what does not fit into memory; nowhere where no folder can be made for it."""
    try:
        own = OwnFolder(Path(tempfile.gettempdir()), OF_RUN)
    except OSError as error:
        reason = error.strerror or str(error)
        remark(Note("There is no folder for temporary files ({reason}): all must fit into memory.", {"reason": reason}))
        return ""
    _spills[connection] = own
    weakref.finalize(connection, own.remove)
    return str(own.path / "spill")


def _as_os_error(error: duckdb.IOException) -> OSError:
    """Return what the engine could not do with a file as the system said it."""
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
        if os.strerror(number) in str(error):
            return OSError(number, os.strerror(number))
    return OSError(errno.EIO, str(error).splitlines()[0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
