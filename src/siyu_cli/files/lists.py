"""A list that siyu wrote, read back: its columns under their keys, every value as text, labels as keys again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import DataError, Where
from siyu_cli.files.read import RawSheet, read_sources
from siyu_cli.guard import will_read
from siyu_cli.signs import inert
from siyu_cli.tables.column import Column, find_column, find_label

if TYPE_CHECKING:
    import pyarrow as pa

KEY = "member_id"
_LOOK = 60  # rows among which the header is


@dataclass(frozen=True)
class WrittenList:
    """A list: its file, its columns in order, its rows as text under the columns' keys."""

    file: str
    columns: tuple[Column, ...]
    rows: pa.Table = field(repr=False)


def read_list(path: Path, known: Sequence[Column], password: str | None = None) -> WrittenList:
    """Return the list in a csv, xlsx, jsonl or parquet file; ``known`` are those it may have, the likeliest first.

    Raises ``DataError`` for a file in which no column of member ids is found; as ``read_sources`` does for others.
    """
    if path.suffix.lower() == ".jsonl":
        return _made(path, known, *_json_lines(path))
    (source,) = read_sources([path], password=password)
    found = [table for sheet in source.sheets if (table := _table(sheet, known)) is not None]
    if not found:
        raise _no_list(path)
    headers, columns = max(found, key=lambda one: sum(find_column(known, name) is not None for name in one[0]))
    return _made(path, known, headers, columns)


def _no_list(path: Path) -> DataError:
    return DataError(
        "{file} is no list of members: it has no column member_id.",
        hint="Give a list that siyu segment, siyu churn or the like has written.",
        where=Where(file=str(path)), file=path,
    )  # fmt: skip


def _made(
    path: Path, known: Sequence[Column], headers: Sequence[str], columns: Sequence[list[str | None]]
) -> WrittenList:
    import pyarrow as pa

    taken: dict[str, tuple[Column, list[str | None]]] = {}
    for header, values in zip(headers, columns, strict=True):
        column = find_column(known, header, titles_only=True) if header else None
        if column is not None:
            taken.setdefault(column.key, (column, values))
    if KEY not in taken:
        raise _no_list(path)
    is_row = [bool(value) for value in taken[KEY][1]]
    rows = {
        key: pa.array(
            [_plain(value, column) for value, stays in zip(values, is_row, strict=True) if stays], pa.string()
        )
        for key, (column, values) in taken.items()
    }
    return WrittenList(path.name, tuple(column for column, _values in taken.values()), pa.table(rows))


def _plain(value: str | None, column: Column) -> str | None:
    """Return a cell as it was before it was written for people: no ' before a sign, a key for its label."""
    if value is None:
        return None
    text = value[1:] if value.startswith("'") and inert(value[1:]) == value else value
    return find_label(column.labels, text) or text if column.labels else text


def _table(sheet: RawSheet, known: Sequence[Column]) -> tuple[list[str], list[list[str | None]]] | None:
    """Return the headers and columns of a sheet below the row that names the members' ids."""
    if sheet.parquet is not None:
        from pyarrow import parquet

        rows = parquet.read_table(sheet.parquet)
        return rows.column_names, [_texts(rows[name].to_pylist()) for name in rows.column_names]
    if sheet.cells is None:
        return None
    ids = [column for column in known if column.key == KEY][:1]
    columns = [column.to_pylist() for column in sheet.cells.columns]
    for row in range(min(sheet.cells.num_rows, _LOOK)):
        headers = [(column[row] or "").strip() for column in columns]
        if any(find_column(ids, header, titles_only=True) for header in headers if header):
            return headers, [_texts(column[row + 1 :]) for column in columns]
    return None


def _texts(values: Iterable[Any]) -> list[str | None]:
    return [None if value is None or value == "" else _text(value) for value in values]


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _json_lines(path: Path) -> tuple[list[str], list[list[str | None]]]:
    will_read(path)
    try:
        lines = path.read_text("utf-8-sig").splitlines()
        records: list[Mapping[str, Any]] = [json.loads(line) for line in lines if line.strip()]
        names = list(dict.fromkeys(name for record in records for name in record))
    except (ValueError, AttributeError, TypeError, OSError) as error:
        raise _no_list(path) from error
    return names, [_texts(record.get(name) for record in records) for name in names]
