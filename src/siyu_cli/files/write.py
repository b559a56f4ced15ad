"""Results on disk, whole or not at all: csv, json, jsonl and parquet by suffix; csv and jsonl as a stream."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any, BinaryIO

import pyarrow as pa

from siyu_cli.errors import UsageError
from siyu_cli.files.writing import lines
from siyu_cli.files.writing.cells import harmless
from siyu_cli.files.writing.replace import check_target, meta_beside, replacing, together
from siyu_cli.signs import escaped
from siyu_cli.tables.column import Column

__all__ = [
    "check_target",
    "csv_text",
    "json_text",
    "jsonl_text",
    "replacing",
    "together",
    "write_json",
    "write_table",
]


def write_table(
    table: pa.Table,
    columns: Sequence[Column],
    path: Path,
    *,
    force: bool = False,
    meta: Mapping[str, Any] | None = None,
) -> tuple[Path, ...]:
    """Write the columns, under their keys and in their order, and return the files written.

    The suffix decides: ``.csv`` (UTF-8 with BOM, lines end with ``\\n``, formulas made inert), ``.jsonl``,
    ``.json`` (``{"meta": …, "records": […]}``), ``.parquet`` (``meta`` as JSON under the key ``siyu``).
    csv and jsonl have no place for ``meta``: it goes beside them, into ``x.csv.meta.json``; both appear, or none.
    Equal tables and equal ``meta`` give equal bytes. Raises UsageError for another suffix, OutputError as
    ``replacing`` does.
    """
    suffix = path.suffix.lower()
    if suffix not in _WRITERS:
        raise UsageError(
            "{file} cannot be written: its name must end in one of {allowed}.",
            hint="Name the output file with one of these endings.",
            file=str(path),
            allowed=", ".join(_WRITERS),
        )
    chosen = table.select([column.key for column in columns]).replace_schema_metadata(None)
    facts = dict(meta or {})
    beside = meta_beside(path) if facts else None
    for target in (path, beside) if beside else (path,):
        check_target(target, force=force)
    with together():
        with replacing(path, force=force) as temporary, temporary.open("wb") as file:
            _WRITERS[suffix](chosen, file, facts)
        if beside:
            write_json(facts, beside, force=force)
    return (path, beside) if beside else (path,)


def write_json(document: Mapping[str, Any], path: Path, *, force: bool = False) -> None:
    """Write one JSON document, indented, UTF-8; dates are ISO. Raises OutputError as ``replacing`` does."""
    with replacing(path, force=force) as temporary:
        temporary.write_text(json_text(document, indent=2) + "\n", encoding="utf-8", newline="\n")


def json_text(document: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Return a document as JSON text, keys in order: dates ISO, decimals as numbers, ``NaN`` as null."""
    return escaped(json.dumps(_as_json(document), ensure_ascii=False, indent=indent, allow_nan=False))


def csv_text(table: pa.Table, columns: Sequence[Column] | None = None) -> Iterator[str]:
    """Return the table as csv, piece by piece and without a BOM, for a stream such as stdout."""
    chosen = table if columns is None else table.select([column.key for column in columns])
    for piece in lines.csv_lines(chosen):
        yield str(piece, "utf-8")


def jsonl_text(table: pa.Table, columns: Sequence[Column] | None = None) -> Iterator[str]:
    """Return one JSON object per row and line, piece by piece, for a stream such as stdout."""
    chosen = table if columns is None else table.select([column.key for column in columns])
    for piece in lines.json_lines(chosen):
        yield str(piece, "utf-8")


def _write_csv(table: pa.Table, file: BinaryIO, _meta: Mapping[str, Any]) -> None:
    file.write(b"\xef\xbb\xbf")
    for piece in lines.csv_lines(table):
        file.write(piece)


def _write_jsonl(table: pa.Table, file: BinaryIO, _meta: Mapping[str, Any]) -> None:
    for piece in lines.json_lines(table):
        file.write(piece)


def _write_json(table: pa.Table, file: BinaryIO, meta: Mapping[str, Any]) -> None:
    file.write(f'{{"meta": {json_text(meta)},\n"records": ['.encode())
    for position, piece in enumerate(lines.json_lines(table, before=",\n", after="")):
        file.write(piece[1:] if position == 0 else piece)
    file.write(b"\n]}\n")


def _write_parquet(table: pa.Table, file: BinaryIO, meta: Mapping[str, Any]) -> None:
    from pyarrow import parquet

    table = harmless(table)
    # Pages follow the chunks of the table, and chunks follow the threads that made it: one chunk, one answer.
    table = table.combine_chunks().replace_schema_metadata({"siyu": json_text(meta)})
    parquet.write_table(table, file, compression="zstd", row_group_size=131_072)


_WRITERS: dict[str, Callable[[pa.Table, BinaryIO, Mapping[str, Any]], None]] = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    elif hasattr(value, "item"):  # numpy's numbers
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
