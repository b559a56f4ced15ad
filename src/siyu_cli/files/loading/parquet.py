"""Parquet files: read where they lie, under exactly their own names, by nothing but what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from siyu_cli.engines.duckdb import exact_path
from siyu_cli.errors import DataError, Where
from siyu_cli.files.loading.clean import NOTHING, as_text
from siyu_cli.files.loading.scripts import call, create, first_row
from siyu_cli.files.reading.whole_parquet import read_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.read import RawSheet


def lay_open(connection: duckdb.DuckDBPyConnection, raw: RawSheet, relation: str) -> pa.Table | None:
    """Make ``relation``, a Parquet file's columns as c0, c1… and row; return its cells where they had to be copied."""
    if raw.lake is not None:
        create(connection, relation, exp.select("*").from_(_scan(raw)), kind="VIEW", is_temporary=False)
        return None
    names = [name for name, _ in _columns(connection, raw)]
    if any(name.lower() == "file_row_number" for name in names):
        # The engine cannot number the rows of a file that has a column of the number's name.
        cells = _copied(raw)
        connection.register(relation, cells)
        return cells
    columns = [exp.alias_(exp.column(name, quoted=True), f"c{place}") for place, name in enumerate(names)]
    number = exp.alias_(exp.column("file_row_number") + exp.Literal.number(1), "row")
    select = exp.select(*columns, number).from_(_scan(raw, "file_row_number"))
    create(connection, relation, select, kind="VIEW", is_temporary=False)
    return None


def count_rows(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> int:
    """Return how many rows a Parquet file holds."""
    if raw.lake is not None:
        return raw.lake.rows
    with unreadable_told(connection, raw):
        counted = first_row(connection, exp.select("count(*)").from_(_scan(raw)).sql("duckdb"))
        return int(counted[0])


def head(connection: duckdb.DuckDBPyConnection, raw: RawSheet, rows: int) -> list[list[str | None]]:
    """Return the header and the first rows of a Parquet file as text; of a table elsewhere no row is fetched."""
    if raw.lake is not None:
        return [[header for header, _ in raw.lake.columns]]
    with unreadable_told(connection, raw):
        columns = _columns(connection, raw)
        texts = [as_text(name, sql_type) for name, sql_type in columns]
        found = connection.execute(exp.select(*texts).from_(_scan(raw)).limit(rows).sql("duckdb")).fetchall()
    return [[name for name, _ in columns], *(list(row) for row in found)]


def survey(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> frozenset[str]:
    """Return the text columns in which words such as nan stand for nothing, having read every mapped cell once.

    Later passes read the file where it lies: what cannot be read is told now, not in the middle of a figure.
    """
    assert sheet.origin is not None
    origin = sheet.origin
    names = sorted({origin.columns[column.position] for column in sheet.match.columns})
    texts = {name for name in names if origin.column_types[name] == "VARCHAR"}
    if sheet.raw.lake is not None:  # Spark says what it cannot read when it reads it
        names = sorted(texts)
    if not names:
        return frozenset()
    asked = [call("bool_or", exp.column(name).isin(*NOTHING)) if name in texts else _touched(name) for name in names]
    found = first_row(connection, exp.select(*asked).from_(origin.relation).sql("duckdb"))
    return frozenset(name for name, is_found in zip(names, found, strict=True) if name in texts and is_found)


def describe_stored(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> tuple[tuple[str, int], ...]:
    """Return, of a table elsewhere, the type of each mapped column and in how many rows it holds nothing."""
    lake = sheet.raw.lake
    if lake is None or not sheet.match.columns:
        return ()
    places = [column.position for column in sheet.match.columns]
    asked = exp.select(*(exp.func("count", exp.column(f"c{place}")) for place in places)).from_(_scan(sheet.raw))
    filled = first_row(connection, asked.sql("duckdb"))
    return tuple((lake.columns[place][1], lake.rows - rows) for place, rows in zip(places, filled, strict=True))


@contextmanager
def unreadable_told(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> Iterator[None]:
    """Raise what the engine cannot read in a Parquet file as a DataError that names the file and the column."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if raw.parquet is None:
            raise
        raise _unreadable(connection, raw, error) from error


def _unreadable(connection: duckdb.DuckDBPyConnection, raw: RawSheet, error: duckdb.Error) -> DataError:
    column, problem = _first_unreadable(connection, raw) or (None, error)
    where = Where(file=raw.file, column=column)
    if "encrypted" in str(problem):
        message, hint = "{file} is an encrypted Parquet file.", "Export it without encryption."
    elif column is None:
        message, hint = "{file} is damaged or was cut off: {problem}.", "Export or download it again."
    elif isinstance(problem, duckdb.ConversionException):
        message = "{file}: column {column} holds a date or number that is out of range."
        hint = "Correct it where it comes from, or export the column as text."
    else:
        message, hint = "{file} is damaged: column {column} cannot be read.", "Export or download it again."
    told = str(problem).partition("\n")[0].rpartition('": ')[2].rstrip(".")
    return DataError(message, hint=hint, where=where, file=raw.file, column=column, problem=told)


def _first_unreadable(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> tuple[str, duckdb.Error] | None:
    try:
        columns = _columns(connection, raw)
    except duckdb.Error:
        return None
    for name, _ in columns:
        try:
            connection.execute(exp.select(_touched(name)).from_(_scan(raw)).sql("duckdb")).fetchall()
        except duckdb.Error as error:
            return name, error
    return None


def _touched(column: str) -> exp.Expr:
    """Return an aggregate that no statistics answer: every cell of the column is read for it."""
    return call("max", call("hash", exp.column(column, quoted=True)))


def _scan(raw: RawSheet, *wanted: str) -> exp.Table:
    if raw.lake is not None:
        return exp.to_table(raw.lake.name)
    assert raw.parquet is not None
    options = {"hive_partitioning": exp.false(), **{name: exp.true() for name in wanted}}
    return exp.Table(this=call(
        "read_parquet", exp.Literal.string(exact_path(raw.parquet)),
        *(exp.PropertyEQ(this=exp.to_identifier(name), expression=value) for name, value in options.items()),
    ))  # fmt: skip


def _columns(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> list[tuple[str, str]]:
    """Return the columns of a Parquet file and their types, under the names the engine gives them."""
    described = "describe " + exp.select("*").from_(_scan(raw)).sql("duckdb")
    return [(row[0], row[1]) for row in connection.execute(described).fetchall()]


def _copied(raw: RawSheet) -> pa.Table:
    import pyarrow as pa

    assert raw.parquet is not None
    cells = read_whole(raw.parquet, raw.file)
    numbered = cells.rename_columns([f"c{place}" for place in range(cells.num_columns)])
    return numbered.append_column("row", pa.arange(1, cells.num_rows + 1))
