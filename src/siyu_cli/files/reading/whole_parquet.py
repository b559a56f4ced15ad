"""Parquet files read whole: lists, and what no engine numbers the rows of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import DataError, InputError, Where

if TYPE_CHECKING:
    import pyarrow as pa


def read_whole(path: Path, file: str | None = None) -> pa.Table:
    """Return what is in a Parquet file and nothing else.

    Raises ``DataError`` where it is damaged, ``InputError`` where it cannot be opened; both name ``file``.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Not read_table: it takes columns from the names of folders.
        with parquet.ParquetFile(path) as opened:
            return opened.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        if reason := getattr(error, "strerror", None):
            raise InputError("{file} cannot be read: {reason}.", file=file or path, reason=reason) from error
        raise DataError(
            "{file} is damaged or was cut off: {problem}.", hint="Export or download it again.",
            where=Where(file=file or str(path)), file=file or path.name, problem=str(error).rstrip("."),
        ) from error  # fmt: skip


def values_of(rows: pa.Table, file: str) -> list[tuple[str, list[Any]]]:
    """Return names and values of all columns; ``DataError`` names one that holds what no calendar has."""
    import pyarrow as pa

    found = []
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        try:
            found.append((name, column.to_pylist()))
        except (pa.ArrowException, OverflowError, ValueError) as error:
            raise DataError(
                "{file}: column {column} holds a date or number that is out of range.",
                hint="Correct it where it comes from, or export the column as text.",
                where=Where(file=file, column=name), file=file, column=name,
            ) from error  # fmt: skip
    return found
