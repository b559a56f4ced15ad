"""Lists of people, read back: those siyu wrote, with their columns as they were, and files that name some people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import DataError, Where
from siyu_cli.files.read import RawSheet, read_sources
from siyu_cli.files.reading.whole_parquet import read_whole, values_of
from siyu_cli.files.recognition.evidence import kind_of
from siyu_cli.files.recognition.headers import plain
from siyu_cli.files.recognition.mapping import known as known_headers
from siyu_cli.guard import will_read
from siyu_cli.signs import inert
from siyu_cli.tables.column import Column, Table, find_column, find_label

if TYPE_CHECKING:
    import pyarrow as pa

KEY = "member_id"
_WHOM = (KEY, "inviter_id")  # whom a list is about: a referral report lists inviters
_LOOK = 60  # rows among which the header is


@dataclass(frozen=True)
class WrittenList:
    """A list: its file, its columns in order, its rows as text under the columns' keys."""

    file: str
    columns: tuple[Column, ...]
    rows: pa.Table = field(repr=False)


def read_list(path: Path, tables: Sequence[Table], password: str | None = None) -> WrittenList:
    """Return the list in a csv, xlsx, jsonl or parquet file; ``tables`` are those it may be, the likeliest first.

    The same title may stand for one thing in one list and for another elsewhere: that of the list it is decides.

    Raises ``DataError`` for a file in which no column of member ids is found; as ``read_sources`` does for others.
    """
    if path.suffix.lower() == ".jsonl":
        return _made(path, tables, *_json_lines(path))
    (source,) = read_sources([path], password=password)
    for key in _WHOM:
        ids = [column for table in tables for column in table.columns if column.key == key]
        found = [table for sheet in source.sheets if (table := _table(sheet, ids)) is not None]
        if found:
            headers, columns = max(found, key=lambda one: max(_fit(table, one[0]) for table in tables))
            return _made(path, tables, headers, columns)
    raise _no_list(path)


def _fit(table: Table, headers: Sequence[str]) -> int:
    """Return how many headers are titles of a table."""
    return sum(find_column(table.columns, name, titles_only=True) is not None for name in headers if name)


def people_named(path: Path) -> list[str]:
    """Return the ids, phones and accounts in a file: every cell there is, but days and figures beside columns of these.

    Errors are those of ``read_sources``.
    """
    (source,) = read_sources([path])
    found = [cell for sheet in source.sheets for column in _of_people(sheet) for cell in column if cell]
    return list(dict.fromkeys(cell.strip() for cell in found))


def _of_people(sheet: RawSheet) -> list[list[str | None]]:
    """Return the columns of a sheet, days and figures left out of those whose headers do not name people."""
    columns = _columns(sheet)
    for row in range(min(len(columns[0]) if columns else 0, _LOOK)):
        is_named = [_names_people(column[row]) for column in columns]
        if any(is_named):
            return [
                column[row + 1 :] if names else [cell for cell in column[row + 1 :] if cell and not _is_figure(cell)]
                for column, names in zip(columns, is_named, strict=True)
            ]
    return columns


def _is_figure(cell: str) -> bool:
    return kind_of(cell) in {"date", "compact_date", "month", "time", "integer", "money", "percent", "scientific"}


def _names_people(header: str | None) -> bool:
    meant = known_headers("members").get(plain(header or ""), ())
    return any(key in (KEY, "phone", "account") for key, _, _ in meant)


def _columns(sheet: RawSheet) -> list[list[str | None]]:
    if sheet.parquet is None:
        return [_texts(column.to_pylist()) for column in sheet.cells.columns] if sheet.cells is not None else []
    return [[name, *texts] for name, texts in _parquet(sheet.parquet)]


def _parquet(path: Path) -> list[tuple[str, list[str | None]]]:
    return [(name, list(map(_whole, _texts(values)))) for name, values in values_of(read_whole(path), path.name)]


def _whole(value: str | None) -> str | None:
    """Return a whole number that was kept as a float, because some are missing, without its .0."""
    return value.removesuffix(".0") if value else value


def _no_list(path: Path) -> DataError:
    return DataError(
        "{file} is no list of members: it has no column member_id.",
        hint="Give a list that siyu segment, siyu churn or the like has written.",
        where=Where(file=str(path)), file=path,
    )  # fmt: skip


def _made(
    path: Path, tables: Sequence[Table], headers: Sequence[str], columns: Sequence[list[str | None]]
) -> WrittenList:
    import pyarrow as pa

    ranked = sorted(tables, key=lambda table: -_fit(table, headers))
    known = [column for table in ranked for column in table.columns]
    taken: dict[str, tuple[Column, list[str | None]]] = {}
    for header, values in zip(headers, columns, strict=True):
        column = find_column(known, header, titles_only=True) if header else None
        if column is not None:
            taken.setdefault(column.key, (column, values))
    whom = next((key for key in _WHOM if key in taken), None)
    if whom is None:
        raise _no_list(path)
    taken = {KEY: taken.pop(whom)} | taken
    taken |= _by_values(known, headers, columns, taken)
    is_row = [bool(value) for value in taken[KEY][1]]
    rows = {
        key: pa.array(
            [_plain(value, column) for value, stays in zip(values, is_row, strict=True) if stays], pa.string()
        )
        for key, (column, values) in taken.items()
    }
    return WrittenList(path.name, tuple(column for column, _values in taken.values()), pa.table(rows))


def _by_values(
    known: Sequence[Column], headers: Sequence[str], columns: Sequence[list[str | None]], taken: Mapping[str, Any]
) -> dict[str, tuple[Column, list[str | None]]]:
    """Return the labelled columns that are missed and stand under a title nobody knows: their words tell."""
    titled = {id(values) for _column, values in taken.values()}
    missed = [column for column in known if column.labels and column.key not in taken]
    found: dict[str, tuple[Column, list[str | None]]] = {}
    for header, values in zip(headers, columns, strict=True):
        if not header or id(values) in titled or find_column(known, header, titles_only=True):
            continue
        words = {value for value in values if value}
        for column in missed:
            if words and all(find_label(column.labels or {}, word) for word in words):
                found.setdefault(column.key, (column, values))
    return found


def _plain(value: str | None, column: Column) -> str | None:
    """Return a cell as it was before it was written for people: no ' before a sign, a key for its label."""
    if value is None:
        return None
    text = value[1:] if value.startswith("'") and inert(value[1:]) == value else value
    return find_label(column.labels, text) or text if column.labels else text


def _table(sheet: RawSheet, ids: Sequence[Column]) -> tuple[list[str], list[list[str | None]]] | None:
    """Return the headers and columns of a sheet below the row that names the members' ids."""
    if sheet.parquet is not None:
        named = _parquet(sheet.parquet)
        return [name for name, _ in named], [texts for _, texts in named]
    if sheet.cells is None:
        return None
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
