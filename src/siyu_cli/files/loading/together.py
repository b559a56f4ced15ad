"""Many small sheets under the same headers are cleaned together: each alone costs what thousands of rows do.

A year of daily exports or a sheet per store becomes one table; every sheet keeps its number and its rows theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.clean import projection
from siyu_cli.files.loading.continued import continued_notes, fill_continued
from siyu_cli.files.loading.day_order import has_unsettled_days
from siyu_cli.files.loading.decimal_sign import has_unsettled_points
from siyu_cli.files.loading.faults import shown_keys
from siyu_cli.files.loading.rivals import rivals
from siyu_cli.files.loading.said_back import keep_said
from siyu_cli.files.loading.scripts import create
from siyu_cli.files.loading.second_tables import WORDY
from siyu_cli.files.loading.sections import sections_of
from siyu_cli.files.loading.sources import data_cells, give_back_cells, text_origin

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource

FEWEST = 8
_MOST_ROWS = 5_000
_ROWS_OF_A_SHEET = 1 << 32  # more than any has: the rows of all are numbered in one


def is_small(sheet: SheetSource) -> bool:
    """Return whether cleaning a sheet by itself would cost more than its rows do."""
    return sheet.raw.cells is not None and sheet.rows <= _MOST_ROWS


def project_alike(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], zone: str) -> list[SheetSource]:
    """Make ``source_<n>`` of the small sheets under the same headers, in one go; return those left to ``project``."""
    groups: dict[Hashable, list[SheetSource]] = defaultdict(list)
    for sheet in sheets:
        groups[_likeness(sheet)].append(sheet)
    left: list[SheetSource] = []
    for group in groups.values():
        left += group if len(group) < FEWEST else _project_together(connection, group, zone)
    return left


def _likeness(sheet: SheetSource) -> Hashable:
    match, cells = sheet.match, sheet.raw.cells
    if cells is None or not is_small(sheet) or sheet.raw.faults or rivals(match):
        return sheet.source
    preset = match.preset.name if match.preset else None
    return match.table, match.columns, preset, match.header_row is None, cells.num_columns


def _project_together(
    connection: duckdb.DuckDBPyConnection, group: Sequence[SheetSource], zone: str
) -> Sequence[SheetSource]:
    """Clean sheets in one go, and return those that want looking at one by one: all, where days are written first."""
    for sheet in group:
        sheet.cells = data_cells(sheet)
    sound = [sheet for sheet in group if not sheet.faults]
    if not sound:
        return group
    first = sound[0]
    relation, shared = f"cells_together_{first.source}", f"source_together_{first.source}"
    origin = text_origin(first, relation, zone)
    connection.register(relation, _stacked(sound))
    try:
        if has_unsettled_days(connection, first, origin) or has_unsettled_points(connection, first, origin):
            return group
        select = projection(first.table, first.match, origin)
        create(connection, shared, _apart(select, sound), is_temporary=False)
    finally:
        connection.unregister(relation)
    apart = _cut_off_wordy(connection, shared)
    filled = fill_continued(connection, shared, select.named_selects) if first.match.table == "orders" else {}
    keys = shown_keys(connection, shared)
    for sheet in sound:
        if sheet.source in apart:
            continue
        sheet.shared = shared
        sheet.origin = replace(origin, source=sheet.source, relation=f"cells_{sheet.source}")
        own = exp.select("*").from_(shared).where(exp.column("source").eq(sheet.source))
        create(connection, f"source_{sheet.source}", own, kind="VIEW", is_temporary=False)
        sheet.sections = sections_of(sheet)
        sheet.notes += continued_notes(sheet, filled.get(sheet.source, 0))
        keep_said(connection, sheet)
        give_back_cells(connection, sheet, keys)
    return [sheet for sheet in group if sheet.shared is None]


def _cut_off_wordy(connection: duckdb.DuckDBPyConnection, shared: str) -> set[int]:
    """Take sheets that may hold a second table out of the shared one; return their numbers."""
    wordy = exp.select("source").distinct().from_(shared).where(WORDY)
    sources = {source for (source,) in connection.execute(wordy.sql("duckdb")).fetchall()}
    if sources:
        numbers = [exp.Literal.number(source) for source in sorted(sources)]
        connection.execute(exp.delete(shared, where=exp.column("source").isin(*numbers)).sql("duckdb"))
    return sources


def _stacked(sheets: Sequence[SheetSource]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = []
    for place, sheet in enumerate(sheets):
        assert sheet.cells is not None
        rows = pc.add(sheet.cells.column("row"), place * _ROWS_OF_A_SHEET)
        tables.append(sheet.cells.set_column(sheet.cells.num_columns - 1, "row", rows))
    return pa.concat_tables(tables)


def _apart(select: exp.Select, sheets: Sequence[SheetSource]) -> exp.Select:
    place = exp.IntDiv(this=exp.column("row"), expression=exp.Literal.number(_ROWS_OF_A_SHEET))
    numbers = exp.array(*(exp.Literal.number(sheet.source) for sheet in sheets))
    source = exp.func("list_extract", numbers, place + exp.Literal.number(1), dialect="duckdb")
    row = exp.Mod(this=exp.column("row"), expression=exp.Literal.number(_ROWS_OF_A_SHEET))
    told = [exp.alias_(exp.cast(source, "int"), "source"), exp.alias_(row, "row")]
    return exp.select(exp.Star(**{"replace": told})).from_(select.subquery("together"))
