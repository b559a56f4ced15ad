"""One file's cleaned sheets, kept and taken up again: what was found of it, and every table that was made of it.

A file has another place in every load, and the numbers of its sheets follow from that: they are kept as of place 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.files.cache.keys import file_key
from siyu_cli.files.cache.seal import UnsealedError
from siyu_cli.files.cache.store import Cache, digest_of
from siyu_cli.files.cache.unstored import without_dropped
from siyu_cli.files.cache.values import NotKeptError, as_text, from_text
from siyu_cli.files.loading.opened import HeaderMapping, OpenedFile
from siyu_cli.files.loading.sheet import SheetSource

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from siyu_cli.config.settings import Settings

_OF_SHEET = re.compile(r"(?P<kind>[a-z]+)_(?P<number>[0-9]+)(?P<rest>(_[0-9]+)?)")
_CELLS, _TOP = "cells", "top"  # what is left of the cells of data, and the rows before them


@dataclass(frozen=True)
class _Found:
    """What was found of a file, its tables beside it; ``tables`` names those."""

    opened: OpenedFile
    tables: tuple[str, ...]


class KeptFiles:
    """The places of single files in the cache."""

    def __init__(self, cache: Cache, settings: Settings, mapping: HeaderMapping) -> None:
        self._cache, self._settings, self._mapping = cache, settings, mapping

    def recall(self, connection: duckdb.DuckDBPyConnection, path: Path, first: int) -> OpenedFile | None:
        """Return a file as it was kept, its tables made; ``first`` is the number of its first sheet in this load.

        None where it has to be read.
        """
        try:
            entry = self._cache.find(self._key(path.name, digest_of(path)))
        except OSError:  # who reads it will say why it cannot be
            return None
        if entry is None:
            return None
        try:
            found: _Found = from_text(entry.state, {preset.name: preset for preset in self._mapping.presets})
            tables = {name: entry.table(name) for name in found.tables}
        except (UnsealedError, KeyError):
            self._cache.drop(entry.key)
            return None
        opened = _without_cells(found.opened, first)
        opened.source, opened.mapping = replace(opened.source, path=path), self._mapping
        for sheet in opened.sheets:
            own = sheet.source - first
            sheet.cells = tables.pop(f"{_CELLS}_{own}")
            sheet.raw = replace(sheet.raw, cells=tables.pop(f"{_TOP}_{own}"))
        for name, rows in tables.items():
            _make(connection, name, first, rows)
        self._cache.used(entry.key)
        return opened

    def keep(self, connection: duckdb.DuckDBPyConnection, opened: OpenedFile) -> None:
        """Keep a file whose sheets were cleaned; one that stays where it lies, or was left for later, is not kept."""
        if any(sheet.origin is None or sheet.cells is None for sheet in opened.sheets):
            return
        tables = dict(_tables_of(connection, opened))
        try:
            state = as_text(_Found(_without_cells(opened, -opened.first), tuple(tables)))
        except NotKeptError:
            return
        self._cache.keep(self._key(opened.source.path.name, opened.source.sha256), opened.source.file, state, tables)

    def _key(self, file: str, sha256: str) -> str:
        return file_key(file, sha256, self._settings, self._mapping.presets)


def _tables_of(connection: duckdb.DuckDBPyConnection, opened: OpenedFile) -> Iterator[tuple[str, pa.Table]]:
    numbers = {sheet.source for sheet in opened.sheets}
    listed = "select table_name from duckdb_tables() where not temporary order by table_name"
    for (name,) in connection.execute(listed).fetchall():
        told = _OF_SHEET.fullmatch(name)
        if told is not None and int(told["number"]) in numbers:
            renamed = f"{told['kind']}_{int(told['number']) - opened.first}{told['rest']}"
            yield renamed, connection.table(name).to_arrow_table()
    for sheet in opened.sheets:
        assert sheet.cells is not None
        assert sheet.raw.cells is not None
        yield f"{_CELLS}_{sheet.source - opened.first}", sheet.cells
        yield f"{_TOP}_{sheet.source - opened.first}", sheet.raw.cells


def _make(connection: duckdb.DuckDBPyConnection, name: str, first: int, rows: pa.Table) -> None:
    """Make one table of a file under the numbers it has in this load."""
    from sqlglot import exp

    told = _OF_SHEET.fullmatch(name)
    assert told is not None
    number = int(told["number"]) + first
    given = f"kept_{number}{told['rest']}"
    columns: list[exp.Expr] = [exp.column(column, quoted=True) for column in rows.column_names]
    if "source" in rows.column_names:
        own = exp.alias_(exp.cast(exp.Literal.number(number), "int"), "source")
        columns[rows.column_names.index("source")] = own
    connection.register(given, rows)
    made = exp.Create(
        this=exp.to_table(f"{told['kind']}_{number}{told['rest']}"), kind="TABLE",
        expression=exp.select(*columns).from_(given),
    )  # fmt: skip
    connection.execute(made.sql("duckdb"))
    connection.unregister(given)


def _without_cells(opened: OpenedFile, moved: int) -> OpenedFile:
    """Return a copy without cells and what is never stored, its sheets' numbers moved."""

    def numbered(sheet: SheetSource) -> SheetSource:
        number = sheet.source + moved
        origin = sheet.origin and replace(sheet.origin, source=number, relation=f"cells_{number}")
        raw, match = replace(sheet.raw, cells=None), without_dropped(sheet.match)
        return replace(sheet, source=number, origin=origin, cells=None, raw=raw, match=match)

    return replace(
        opened,
        first=opened.first + moved,
        mapping=HeaderMapping({}),
        sheets=[numbered(sheet) for sheet in opened.sheets],
        left_out={number + moved: report for number, report in opened.left_out.items()},
        matches={number + moved: without_dropped(match) for number, match in opened.matches.items()},
    )
